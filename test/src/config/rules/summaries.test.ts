import { describe, expect, test } from 'vitest'
import { mistakes } from '../shout-pipeline.ts'

// The mistake: readers of a topic find two kinds of records there, or the processor reads what it writes.
describe('SUMMARY_TOPIC', () => {
  test.each([
    ['an input', { SUMMARY_TOPIC: 'words' }, 'summaries go to words, which is read as an input too'],
    ['an output', { SUMMARY_TOPIC: 'loud-words' }, 'loud-words takes records of another kind, too'],
    ['the dead letters', { SUMMARY_TOPIC: 'words-dlq' }, 'words-dlq takes records of another kind, too'],
    ['the metrics', { SUMMARY_TOPIC: 'm', METRICS_TOPIC: 'm' }, 'm takes records of another kind, too'],
    ['what is redriven', { SUMMARY_TOPIC: 'again', REDRIVE_TOPIC: 'again' }, 'which is read beside INPUT_TOPIC']
  ])('is refused where it is %s', (_name, environment, message) => {
    expect(mistakes(environment)).toContain(message)
  })

  test('may be any topic of its own', () => {
    expect(mistakes({ SUMMARY_TOPIC: 'words-summary' })).toBe('')
  })
})

// The mistake: a commit for each summary, many times a second.
test('summaries by time are a second apart at least', () => {
  expect(mistakes({ SUMMARY_TOPIC: 's', SUMMARY_EVERY_MS: '999' })).toContain('SUMMARY_EVERY_MS')
  expect(mistakes({ SUMMARY_TOPIC: 's', SUMMARY_EVERY_MS: '1000' })).toBe('')
  expect(mistakes({ SUMMARY_EVERY_MS: '999' })).toBe('')
})
