import { LARGE, type Case } from '../case.ts'
import { topic } from '../cluster.ts'

export const partitionsCases: readonly Case[] = [
  {
    rule: 'fewer-partitions',
    fires: [{ topics: { 'loud-words': topic({ partitions: 5, config: LARGE }) } }, ['fewer-partitions loud-words']],
    quiet: [{ topics: { 'words-dlq': topic({ partitions: 1, config: LARGE }) } }]
  },
  {
    rule: 'more-partitions',
    fires: [{ topics: { 'loud-words': topic({ partitions: 7, config: LARGE }) } }, ['more-partitions loud-words']],
    quiet: [{ topics: { 'words-dlq': topic({ partitions: 7, config: LARGE }) } }]
  },
  {
    rule: 'redrive-partitions',
    fires: [
      { topics: { retry: topic({ partitions: 5, config: LARGE }) } },
      ['redrive-partitions retry'],
      { REDRIVE_TOPIC: 'retry' }
    ],
    quiet: [{ topics: { retry: topic({ partitions: 7, config: LARGE }) } }, { REDRIVE_TOPIC: 'retry' }]
  }
]
