import type { ClusterDescription, Config, TopicDescription } from '../../../src/topics/description.ts'
import { OFFSETS_TOPIC, TRANSACTIONS_TOPIC } from '../../../src/topics/description.ts'

/** Settings as Kafka 4.3 answers with where nobody has set any, but for the replicas. */
const KAFKA_DEFAULTS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'max.message.bytes': '1048588',
  'message.timestamp.after.max.ms': '3600000',
  'message.timestamp.before.max.ms': '9223372036854775807',
  'message.timestamp.type': 'CreateTime',
  'min.insync.replicas': '2',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'unclean.leader.election.enable': 'false'
}

const BROKER_DEFAULTS: Readonly<Record<string, string>> = {
  'log.message.timestamp.after.max.ms': '3600000',
  'log.message.timestamp.before.max.ms': '9223372036854775807',
  'offsets.retention.minutes': '10080',
  'transaction.max.timeout.ms': '900000'
}

export interface TopicChanges {
  readonly partitions?: number
  readonly replicas?: number
  readonly inSync?: number
  readonly hasLeader?: boolean
  readonly config?: Readonly<Record<string, string>>
  /** Its settings must not be read. */
  readonly isHidden?: boolean
}

/** A topic of six partitions with three replicas; `replicas` and so on are those of the first partition. */
export function topic(changes: TopicChanges = {}): TopicDescription {
  const { partitions = 6, replicas = 3, inSync = replicas, hasLeader = true, config, isHidden } = changes
  const whole = { hasLeader: true, replicas, inSync: replicas }
  return {
    partitions: Array.from({ length: partitions }, (_, number) =>
      number === 0 ? { hasLeader, replicas, inSync } : whole
    ),
    config: isHidden ? undefined : new Map(Object.entries({ ...KAFKA_DEFAULTS, ...config }))
  }
}

export interface ClusterChanges {
  readonly brokers?: number
  readonly brokerConfig?: Readonly<Record<string, string>>
  /** Undefined takes a topic away. */
  readonly topics?: Readonly<Record<string, TopicDescription | undefined>>
}

/** Three brokers with everything that the small pipeline of the tests, `shout`, needs. */
export function cluster({ brokers = 3, brokerConfig, topics }: ClusterChanges = {}): ClusterDescription {
  const large = { config: { 'max.message.bytes': '5000000' } }
  const all: Record<string, TopicDescription | undefined> = {
    words: topic(),
    'loud-words': topic(large),
    'late-words': topic(large),
    'words-dlq': topic(large),
    [OFFSETS_TOPIC]: topic({ config: { 'cleanup.policy': 'compact' } }),
    [TRANSACTIONS_TOPIC]: topic({ config: { 'cleanup.policy': 'compact' } }),
    ...topics
  }
  const known = Object.entries(all).filter((entry): entry is [string, TopicDescription] => entry[1] !== undefined)
  return {
    brokers,
    brokerConfig: config({ ...BROKER_DEFAULTS, ...brokerConfig }),
    topics: new Map(known),
    unreadable: []
  }
}

/** With the settings that it is created with, and Kafka's own for the rest. */
export function created(partitions: number, replicas: number, set: Readonly<Record<string, string>>): TopicDescription {
  return topic({ partitions, replicas, config: set })
}

function config(values: Readonly<Record<string, string>>): Config {
  return new Map(Object.entries(values))
}
