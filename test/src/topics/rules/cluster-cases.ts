import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from '../../../../src/topics/description.ts'
import { LARGE, type Case } from '../case.ts'
import { topic } from '../cluster.ts'

export const clusterCases: readonly Case[] = [
  {
    rule: 'one-broker',
    fires: [
      {
        brokers: 1,
        topics: Object.fromEntries(
          ['words', 'loud-words', 'late-words', 'words-dlq', OFFSETS_TOPIC].map(name => {
            return [name, topic({ replicas: 1, config: { ...LARGE, 'min.insync.replicas': '1' } })]
          })
        )
      },
      ['one-broker']
    ],
    quiet: [{ brokers: 3 }]
  },
  {
    rule: 'offsets-unsafe',
    fires: [{ topics: { [OFFSETS_TOPIC]: topic({ replicas: 1 }) } }, ['offsets-unsafe']],
    // At least once, an offset that is lost repeats records.
    quiet: [{ topics: { [OFFSETS_TOPIC]: topic({ config: { 'min.insync.replicas': '1' } }) } }]
  },
  {
    rule: 'transactions-unsafe',
    fires: [
      { topics: { [TRANSACTIONS_TOPIC]: topic({ config: { 'min.insync.replicas': '1' } }) } },
      ['transactions-unsafe'],
      { DELIVERY: 'exactly-once' }
    ],
    quiet: [{ topics: { [TRANSACTIONS_TOPIC]: topic({ replicas: 1 }) } }]
  },
  {
    rule: 'transaction-too-long',
    fires: [
      { brokerConfig: { 'transaction.max.timeout.ms': '14999' } },
      ['transaction-too-long'],
      { DELIVERY: 'exactly-once' }
    ],
    quiet: [{ brokerConfig: { 'transaction.max.timeout.ms': '15000' } }, { DELIVERY: 'exactly-once' }]
  },
  {
    rule: 'offsets-forgotten',
    fires: [
      { brokerConfig: { 'offsets.retention.minutes': '10079' } },
      ['offsets-forgotten'],
      { AUTO_OFFSET_RESET: 'latest' }
    ],
    quiet: [{}, { AUTO_OFFSET_RESET: 'latest' }]
  },
  {
    rule: 'offsets-forgotten-earliest',
    fires: [{ brokerConfig: { 'offsets.retention.minutes': '10079' } }, ['offsets-forgotten-earliest']],
    quiet: [{}]
  }
]
