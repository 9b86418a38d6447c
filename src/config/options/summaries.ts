import type { OptionTable } from '../option.ts'
import { TOPIC_NAME } from './topics.ts'

const section = 'Summaries and insights'

/** What is told of many records together. */
export const summaryOptions = {
  summaryTopic: {
    type: 'string',
    default: undefined,
    pattern: TOPIC_NAME,
    what:
      'Topic of the summaries: what became of the records of each partition, counted by what the pipeline declares. They ' +
      'add up to all records, whatever was killed; see docs/summaries.md.',
    why: 'Off: whoever wants sums reads them here instead of counting results.',
    example: 'logins-summary',
    section
  },
  summaryEveryRecords: {
    type: 'integer',
    default: 1000,
    min: 10,
    max: 1_000_000_000,
    what: 'Processed records of a partition after which its summary ends and the next one begins.',
    why: 'A summary is about a kilobyte, so that with 1000 records it adds a byte to each.',
    example: '10000',
    section
  },
  summaryEveryMs: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 86_400_000,
    what: 'So long after its first record a summary ends, too, however few there are; 0 waits for the records.',
    why: 'A summary that ends by count is the same whenever it is made again, after a crash too; one by time is not.',
    example: '60000',
    section
  },
  insightsEveryMs: {
    type: 'integer',
    default: 60_000,
    min: 0,
    max: 86_400_000,
    what:
      'How often a line of the log says what came in: the most frequent values of what the pipeline counts by, what ' +
      'became of the records, why they failed, how late they were. 0 never does.',
    why: 'Once a minute is seen by who looks, and is no load for the log.',
    example: '10000',
    section
  }
} as const satisfies OptionTable
