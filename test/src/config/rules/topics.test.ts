import { describe, expect, test } from 'vitest'
import { mistakes } from '../shout-pipeline.ts'

// The mistake: the processor reads what it writes, and the topic grows until the disk is full.
describe('a topic that is written and read', () => {
  test.each([
    ['the output by name', { INPUT_TOPIC: 'words,loud-words' }, 'loud-words is an output and is read as an input too'],
    ['the output by a pattern with an open end', { INPUT_TOPIC: '^loud' }, 'loud-words is an output'],
    ['a further output', { OUTPUT_TOPIC_LATE_ONES: 'words' }, 'words is an output'],
    ['the dead letters', { INPUT_TOPIC: '^words' }, 'dead letters go to words-dlq, which is read'],
    ['the cleaned records', { CLEANED_TOPIC: 'words' }, 'left-out records go to words, which is read']
  ])('is refused: %s', (_name, environment, message) => {
    expect(mistakes(environment)).toContain(message)
  })

  test('is no matter for a pattern that ends before it', () => {
    expect(mistakes({ INPUT_TOPIC: '^words$,^other-' })).toBe('')
  })

  test('is looked for by the whole name, not a part of it', () => {
    expect(mistakes({ INPUT_TOPIC: 'loud-words-of-others' })).toBe('')
  })
})

// The mistake: librdkafka subscribes to nothing, or fails long after the start.
test('an input of no topic is refused', () => {
  expect(mistakes({ INPUT_TOPIC: 'none' })).toContain('INPUT_TOPIC: names no topic')
})

test('a pattern with an unclosed bracket is refused, and shown', () => {
  expect(mistakes({ INPUT_TOPIC: '^words-(a|b' })).toContain('INPUT_TOPIC: ^words-(a|b is not a regular expression')
})

// The mistake: a redrive writes what the processor writes, and reads it again, or what it put away for good.
describe('the topics of a redrive', () => {
  test.each([
    [
      'back into the dead letters',
      { REDRIVE_TOPIC: 'words-dlq' },
      'REDRIVE_TOPIC: words-dlq is read beside INPUT_TOPIC'
    ],
    ['back into an output', { REDRIVE_TOPIC: 'late-words' }, 'REDRIVE_TOPIC: late-words is read'],
    ['quarantine into the input', { QUARANTINE_TOPIC: 'words' }, 'goes to words, which is read'],
    ['quarantine into what a pattern reads', { INPUT_TOPIC: '^wor', QUARANTINE_TOPIC: 'worst' }, 'goes to worst'],
    ['quarantine into the redriven', { REDRIVE_TOPIC: 'retry', QUARANTINE_TOPIC: 'retry' }, 'goes to retry'],
    ['quarantine into the dead letters', { QUARANTINE_TOPIC: 'words-dlq' }, 'QUARANTINE_TOPIC, DLQ_TOPIC: both are']
  ])('are refused: %s', (_name, environment, message) => {
    expect(mistakes(environment)).toContain(message)
  })

  test('are no mistake if they are topics of their own, or the redriven go to the input', () => {
    expect(mistakes({ REDRIVE_TOPIC: 'words-retry', QUARANTINE_TOPIC: 'words-quarantine' })).toBe('')
    expect(mistakes({ REDRIVE_TOPIC: 'words' })).toBe('')
  })
})
