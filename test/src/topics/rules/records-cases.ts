import { both, HOUR_MS, LARGE, large, WEEK_MS, type Case } from '../case.ts'
import { topic } from '../cluster.ts'

export const recordsCases: readonly Case[] = [
  {
    rule: 'smaller-than-input',
    fires: [
      {
        topics: { words: topic({ config: { 'max.message.bytes': '5000001' } }), 'words-dlq': topic({ config: LARGE }) }
      },
      ['smaller-than-input loud-words', 'smaller-than-input late-words', 'smaller-than-input words-dlq']
    ],
    quiet: [{ topics: { words: topic({ config: LARGE }) } }]
  },
  {
    rule: 'smaller-than-outputs',
    fires: [
      { topics: { 'loud-words': topic({ config: { 'max.message.bytes': '2000000' } }) } },
      ['smaller-than-outputs loud-words'],
      { MAX_OUTPUT_BYTES: '2000001' }
    ],
    quiet: [
      { topics: { 'loud-words': topic({ config: { 'max.message.bytes': '2000000' } }) } },
      { MAX_OUTPUT_BYTES: '2000000' }
    ]
  },
  {
    rule: 'compacted-without-keys',
    fires: [
      { topics: { 'loud-words': large({ 'cleanup.policy': 'compact' }) } },
      ['compacted-without-keys loud-words', 'compacted-output loud-words']
    ],
    quiet: [{}]
  },
  {
    rule: 'compacted-output',
    fires: [
      { topics: { 'loud-words': large({ 'cleanup.policy': 'compact' }) } },
      ['compacted-output loud-words'],
      { REQUIRE_KEY: 'on' }
    ],
    quiet: [{}, { REQUIRE_KEY: 'on' }]
  },
  {
    rule: 'append-time',
    fires: [
      { topics: { 'words-dlq': large({ 'message.timestamp.type': 'LogAppendTime' }) } },
      ['append-time words-dlq'],
      { OUTPUT_TIMESTAMP: 'now' }
    ],
    quiet: [{ topics: both({ 'message.timestamp.type': 'LogAppendTime' }) }, { OUTPUT_TIMESTAMP: 'now' }]
  },
  {
    rule: 'refuses-ahead',
    fires: [
      { topics: { 'loud-words': large({ 'message.timestamp.after.max.ms': String(HOUR_MS - 1) }) } },
      ['refuses-ahead loud-words']
    ],
    quiet: [{ topics: { words: topic({ config: { 'message.timestamp.after.max.ms': '1' } }) } }]
  },
  {
    rule: 'refuses-old',
    fires: [
      { topics: { 'words-dlq': large({ 'message.timestamp.before.max.ms': String(WEEK_MS - 1) }) } },
      ['refuses-old words-dlq']
    ],
    quiet: [{ topics: { 'words-dlq': large({ 'message.timestamp.before.max.ms': String(WEEK_MS) }) } }]
  }
]
