import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from '../description.ts'
import { durationText } from '../durations.ts'
import { setTo, type ClusterRule } from '../rule.ts'
import { numberIn, replicasOf } from '../topic-config.ts'
import { weaknessOf } from './replicas.ts'
import { inputRetentionMs } from './retention.ts'

const MINUTE_MS = 60_000

/** What the promises need of the brokers themselves. */
export const clusterRules: readonly ClusterRule[] = [
  {
    name: 'one-broker',
    severity: 'note',
    find: ({ cluster }) => (cluster.brokers === 1 ? 'there is one broker' : undefined),
    why: 'with its disk everything is gone, and nothing goes on while it is away',
    remedy: () => 'for more than development take three'
  },
  {
    name: 'offsets-unsafe',
    severity: 'unsafe',
    find: world => {
      const offsets = world.cluster.topics.get(OFFSETS_TOPIC)
      const weakness = weaknessOf(offsets, world)
      // At least once, an offset that is lost repeats records; only the loss of all of them is out of bounds.
      const isBad = world.settings.delivery === 'exactly-once' || (offsets !== undefined && replicasOf(offsets) === 1)
      return weakness !== undefined && isBad ? `${OFFSETS_TOPIC} ${weakness}` : undefined
    },
    why: 'with the offsets, the place where each partition goes on is lost: records are repeated, or left out',
    remedy: () => moreReplicas(OFFSETS_TOPIC)
  },
  {
    name: 'transactions-unsafe',
    severity: 'unsafe',
    find: world => {
      if (world.settings.delivery !== 'exactly-once') return undefined
      const weakness = weaknessOf(world.cluster.topics.get(TRANSACTIONS_TOPIC), world)
      return weakness === undefined ? undefined : `${TRANSACTIONS_TOPIC} ${weakness}`
    },
    why: 'DELIVERY=exactly-once stands on it: a transaction that was committed could be half lost with a broker',
    remedy: () => moreReplicas(TRANSACTIONS_TOPIC)
  },
  {
    name: 'transaction-too-long',
    severity: 'unsafe',
    find: ({ settings, cluster }) => {
      const mostMs = numberIn(cluster.brokerConfig, 'transaction.max.timeout.ms')
      if (settings.delivery !== 'exactly-once' || mostMs === undefined) return undefined
      if (mostMs >= settings.transactionTimeoutMs) return undefined
      return `transactions may take ${durationText(mostMs)} at most (transaction.max.timeout.ms)`
    },
    why: 'TRANSACTION_TIMEOUT_MS is more, so the producer is refused at start',
    remedy: () => 'lower TRANSACTION_TIMEOUT_MS'
  },
  {
    name: 'offsets-forgotten',
    severity: 'unsafe',
    find: world => (world.settings.autoOffsetReset === 'latest' ? forgetting(world) : undefined),
    why: 'a group that was stopped for longer begins at the end (AUTO_OFFSET_RESET=latest): what came meanwhile is left out',
    remedy: () => 'raise offsets.retention.minutes at the brokers, or set AUTO_OFFSET_RESET to earliest or error'
  },
  {
    name: 'offsets-forgotten-earliest',
    severity: 'note',
    find: world => (world.settings.autoOffsetReset === 'latest' ? undefined : forgetting(world)),
    why: 'a group that was stopped for longer starts over with everything that is there, or ends with an error',
    remedy: () => 'raise offsets.retention.minutes at the brokers, or mind it before a long stop'
  }
]

function forgetting(world: Parameters<ClusterRule['find']>[0]): string | undefined {
  const minutes = numberIn(world.cluster.brokerConfig, 'offsets.retention.minutes')
  const inputMs = inputRetentionMs(world)
  if (minutes === undefined || inputMs === undefined || minutes * MINUTE_MS >= inputMs) return undefined
  const keptText = durationText(minutes * MINUTE_MS)
  return `offsets of a group that is stopped are kept for ${keptText} (offsets.retention.minutes), the input ${durationText(inputMs)}`
}

function moreReplicas(topic: string): string {
  return `give ${topic} three replicas with kafka-reassign-partitions.sh, then ${setTo(topic, 'min.insync.replicas=2')}`
}
