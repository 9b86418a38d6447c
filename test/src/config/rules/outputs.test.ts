import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { definePipeline } from '../../../../src/pipeline.ts'
import { mistakes, read, shout } from '../shout-pipeline.ts'

// The mistake: the figures are read as records, or the readers of another topic find figures among its records.
describe('a METRICS_TOPIC', () => {
  test.each([
    ['that is read', { METRICS_TOPIC: 'words' }, 'metrics go to words, which is read as an input too, without end'],
    ['that a pattern reads', { INPUT_TOPIC: '^wor', METRICS_TOPIC: 'worst' }, 'metrics go to worst, which is read'],
    ['that a redrive fills', { METRICS_TOPIC: 'again', REDRIVE_TOPIC: 'again' }, 'again'],
    ['of the results', { METRICS_TOPIC: 'loud-words' }, 'loud-words takes records of another kind'],
    ['of a further output', { METRICS_TOPIC: 'late-words' }, 'late-words takes records of another kind'],
    ['of the dead letters', { METRICS_TOPIC: 'words-dlq' }, 'words-dlq takes records of another kind'],
    ['of left-out records', { METRICS_TOPIC: 'x', CLEANED_TOPIC: 'x' }, 'x takes records of another kind'],
    ['with a blank', { METRICS_TOPIC: 'my metrics' }, 'METRICS_TOPIC']
  ])('%s is refused', (_name, environment, message) => {
    expect(mistakes(environment)).toContain(message)
  })

  test('of its own is not', () => {
    expect(mistakes({ METRICS_TOPIC: 'words-metrics', METRICS_EVERY: 'record' })).toBe('')
  })
})

// The mistake: every record becomes a dead letter, as none has such a field, or none with one value.
describe('OUTPUT_KEY', () => {
  const nested = definePipeline({
    ...shout,
    outputs: {
      loud: {
        topic: 'loud-words',
        schema: Type.Object({
          word: Type.Union([Type.String(), Type.Null()]),
          tags: Type.Array(Type.String()),
          mixed: Type.Union([Type.String(), Type.Object({})])
        })
      }
    }
  })

  test('that no output has is refused, and those that it could be are named', () => {
    expect(mistakes({ OUTPUT_KEY: 'wrod' })).toContain(
      "OUTPUT_KEY: 'wrod' can't be the key of output loud, whose fields are word"
    )
    expect(mistakes({ OUTPUT_KEY: 'toString' })).toContain('OUTPUT_KEY')
  })

  test('that only one of several outputs has is refused', () => {
    const { loud } = shout.outputs
    const other = { topic: 'other', schema: Type.Object({ volume: Type.Number() }) }
    expect(mistakes({ OUTPUT_KEY: 'word' }, { ...shout, outputs: { loud, other } })).toContain(
      "'word' can't be the key of output other, whose fields are volume"
    )
  })

  test.each(['tags', 'mixed'])('that may hold no single value is refused: %s', field => {
    expect(mistakes({ OUTPUT_KEY: field }, nested)).toContain(`'${field}' can't be the key`)
  })

  test('that every output has is none, nor one that may be null', () => {
    expect(mistakes({ OUTPUT_KEY: 'word' })).toBe('')
    expect(mistakes({ OUTPUT_KEY: 'word' }, nested)).toBe('')
    expect(mistakes({ OUTPUT_KEY: 'none' })).toBe('')
  })

  test('none is refused where keys are required, and where null values are passed on', () => {
    expect(mistakes({ OUTPUT_KEY: 'none', REQUIRE_KEY: 'on' })).toContain('every record would become a dead letter')
    expect(mistakes({ OUTPUT_KEY: 'none', TOMBSTONES: 'pass' })).toContain('a null value without a key deletes nothing')
  })

  test('of a field, where null values are passed on, is warned of', () => {
    expect(read({ OUTPUT_KEY: 'word', TOMBSTONES: 'pass' }).warnings.join()).toContain(
      'deletes nothing that was written'
    )
    expect(read({ OUTPUT_KEY: 'word' }).warnings).toEqual([])
  })
})

test('METRICS_EVERY without a topic is warned of', () => {
  expect(read({ METRICS_EVERY: 'batch' }).warnings).toEqual([
    'METRICS_EVERY=batch changes nothing while METRICS_TOPIC is not set.'
  ])
  expect(read({ METRICS_EVERY: 'batch', METRICS_TOPIC: 'figures' }).warnings).toEqual([])
})
