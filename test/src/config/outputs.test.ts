import { expect, test } from 'vitest'
import { outputOption, outputsOf } from '../../../src/config/outputs.ts'
import { read, shout } from './shout-pipeline.ts'

test('the first output has the plain setting, the others one with their name', () => {
  expect(outputOption(shout, 'loud')).toBe('outputTopic')
  expect(outputOption(shout, 'lateOnes')).toBe('outputTopicLateOnes')
  expect(outputOption(shout, 'late-ones')).toBe('outputTopicLateOnes')
})

test("the pipeline's outputs come first, then dead letters, cleaned records, metrics and summaries", () => {
  const topics = { OUTPUT_TOPIC: 'a', OUTPUT_TOPIC_LATE_ONES: 'b', DLQ_TOPIC: 'c', CLEANED_TOPIC: 'd' }
  expect(outputsOf(shout, read({ ...topics, METRICS_TOPIC: 'e', SUMMARY_TOPIC: 'f' }).settings)).toMatchObject({
    topics: ['a', 'b', 'c', 'd', 'e', 'f'],
    names: ['loud', 'lateOnes'],
    deadLetter: 2,
    cleaned: 3,
    metrics: 4,
    summary: 5
  })
})

test('there is no place for cleaned records, metrics and summaries without a topic for them', () => {
  expect(outputsOf(shout, read({}).settings)).toMatchObject({
    topics: ['loud-words', 'late-words', 'words-dlq'],
    cleaned: -1,
    metrics: -1,
    summary: -1
  })
})
