import { expect, test } from 'vitest'
import { mistakes, shoutWithTime } from '../shout-pipeline.ts'

// The mistake in these three: every single record would become a dead letter.
test('a required field that the schema does not have is refused, and the fields it has are named', () => {
  expect(mistakes({ REQUIRED_FIELDS: 'word,wrod' })).toContain(
    "REQUIRED_FIELDS: 'wrod' is not a field of the schema, which has word, tone, volume"
  )
})

test('a required field is not found in what every object has', () => {
  expect(mistakes({ REQUIRED_FIELDS: 'constructor' })).toContain("'constructor' is not a field")
})

test('a default for a field that the schema does not have is refused', () => {
  expect(mistakes({ FIELD_DEFAULTS: 'tone=kind,__proto__=x' })).toContain("'__proto__' is not a field of the schema")
})

test('a default that the schema refuses is refused', () => {
  expect(mistakes({ FIELD_DEFAULTS: 'volume=loud' })).toContain(
    'FIELD_DEFAULTS: the schema does not allow the default of volume'
  )
})

test("a default that the pipeline's own check refuses is refused", () => {
  expect(mistakes({ FIELD_DEFAULTS: 'tone=rude' })).toContain('does not allow the default of tone')
})

test('fields that the schema has may be required and have defaults, or none of either', () => {
  expect(mistakes({ REQUIRED_FIELDS: 'word,tone', FIELD_DEFAULTS: 'tone=kind' })).toBe('')
  expect(mistakes({ REQUIRED_FIELDS: 'none', FIELD_DEFAULTS: 'none' })).toBe('')
})

// The mistake: with nothing to judge by, no record would ever be too old, or all of them would.
test.each(['AGE_CLOCK', 'OUTPUT_TIMESTAMP'])('%s=event is refused where the pipeline knows no time of events', name => {
  expect(mistakes({ [name]: 'event' })).toContain(`${name}: the pipeline does not say when an event happened`)
  expect(mistakes({ [name]: 'event' }, shoutWithTime)).toBe('')
})
