import { expect, test } from 'vitest'
import { outputOption, outputsOf } from '../../../src/config/outputs.ts'
import { read, shout } from './shout-pipeline.ts'

test('the first output has the plain setting, the others one with their name', () => {
  expect(outputOption(shout, 'loud')).toBe('outputTopic')
  expect(outputOption(shout, 'lateOnes')).toBe('outputTopicLateOnes')
  expect(outputOption(shout, 'late-ones')).toBe('outputTopicLateOnes')
})

test("the pipeline's outputs come first, then dead letters and cleaned records", () => {
  const { settings } = read({ OUTPUT_TOPIC: 'a', OUTPUT_TOPIC_LATE_ONES: 'b', DLQ_TOPIC: 'c', CLEANED_TOPIC: 'd' })
  expect(outputsOf(shout, settings)).toEqual({
    topics: ['a', 'b', 'c', 'd'],
    names: ['loud', 'lateOnes'],
    deadLetter: 2,
    cleaned: 3
  })
})

test('without a cleaned topic there is no place for one', () => {
  expect(outputsOf(shout, read({}).settings)).toMatchObject({
    topics: ['loud-words', 'late-words', 'words-dlq'],
    cleaned: -1
  })
})
