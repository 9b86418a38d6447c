import { both, HOUR_MS, LARGE, large, WEEK_MS, type Case } from '../case.ts'
import { topic } from '../cluster.ts'

export const retentionCases: readonly Case[] = [
  {
    rule: 'kept-too-short',
    fires: [{ topics: { 'words-dlq': large({ 'retention.ms': String(WEEK_MS - 1) }) } }, ['kept-too-short words-dlq']],
    quiet: [{ topics: { 'words-dlq': large({ 'retention.ms': String(WEEK_MS) }) } }]
  },
  {
    rule: 'old-timestamps',
    fires: [
      { topics: { 'loud-words': large({ 'retention.ms': String(WEEK_MS - 1) }) } },
      ['old-timestamps loud-words']
    ],
    quiet: [{ topics: both({ 'retention.ms': String(WEEK_MS - 1) }) }, { OUTPUT_TIMESTAMP: 'now' }]
  },
  {
    rule: 'event-timestamps',
    fires: [{}, ['event-timestamps loud-words', 'event-timestamps late-words'], { OUTPUT_TIMESTAMP: 'event' }],
    quiet: [{ topics: both({ 'retention.ms': '-1' }) }, { OUTPUT_TIMESTAMP: 'event' }]
  },
  {
    rule: 'redriven-too-old',
    fires: [
      { topics: { 'words-dlq': large({ 'retention.ms': '-1' }), retry: topic({ config: LARGE }) } },
      ['redriven-too-old retry'],
      { REDRIVE_TOPIC: 'retry' }
    ],
    quiet: [{ topics: { retry: topic({ config: LARGE }) } }, { REDRIVE_TOPIC: 'retry' }]
  },
  {
    rule: 'kept-by-size',
    fires: [{ topics: { 'words-dlq': large({ 'retention.bytes': '1000000' }) } }, ['kept-by-size words-dlq']],
    quiet: [{ topics: { words: topic({ config: { 'retention.bytes': '1000000' } }) } }]
  },
  {
    rule: 'short-input',
    fires: [
      { topics: { words: topic({ config: { 'retention.ms': String(24 * HOUR_MS - 1) } }) } },
      ['short-input words']
    ],
    quiet: [{ topics: { words: topic({ config: { 'retention.ms': String(24 * HOUR_MS) } }) } }]
  },
  {
    rule: 'compacted-dead-letters',
    fires: [{ topics: { 'words-dlq': large({ 'cleanup.policy': 'compact' }) } }, ['compacted-dead-letters words-dlq']],
    quiet: [{ topics: { 'words-dlq': large({ 'cleanup.policy': 'delete' }) } }]
  },
  {
    rule: 'compacted-input',
    fires: [
      { topics: { words: topic({ config: { 'cleanup.policy': 'compact,delete' } }) } },
      ['compacted-input words']
    ],
    quiet: [{}]
  }
]
