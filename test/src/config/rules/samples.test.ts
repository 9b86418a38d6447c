import { expect, test } from 'vitest'
import { mistakes } from '../shout-pipeline.ts'

// The mistake: a clock that would never get to its end.
test('samples without an end can not be spread over the past', () => {
  const span = { SAMPLE_SPAN_MS: '86400000' }
  expect(mistakes({ ...span, SAMPLES: '0', RATE: '10' })).toContain(
    'SAMPLE_SPAN_MS, SAMPLES: samples without an end can not be spread over a time that ends now'
  )
  expect(mistakes({ ...span, SAMPLES: '10' })).toBe('')
  expect(mistakes({ SAMPLES: '0', RATE: '10' })).toBe('')
})

// The mistake: waiting for timestamps of the past that nobody writes.
test('what is replayed can not be spread over the past', () => {
  expect(mistakes({ SAMPLE_SPAN_MS: '1000', REPLAY_FILE: 'x' })).toContain('SAMPLE_SPAN_MS, REPLAY_FILE: ')
  expect(mistakes({ REPLAY_FILE: 'x' })).toBe('')
})

// The mistake: Avro without a number for its schema, which nobody could read.
test('samples in Avro need a registry', () => {
  expect(mistakes({ SAMPLE_CODEC: 'avro' })).toContain('SAMPLE_CODEC, SCHEMA_REGISTRY_URL: ')
  expect(mistakes({ SAMPLE_CODEC: 'avro', SCHEMA_REGISTRY_URL: 'http://localhost:8081' })).toBe('')
})
