/** The settings of a topic or a broker, by Kafka's own names: what holds, wherever it was set. */
export type Config = ReadonlyMap<string, string>

export interface PartitionState {
  readonly hasLeader: boolean
  readonly replicas: number
  readonly inSync: number
}

export interface TopicDescription {
  /** By number; none if there is no such topic, or none that may be seen. */
  readonly partitions: readonly PartitionState[]
  /** Undefined if it may not be read. */
  readonly config: Config | undefined
}

/** What there is, as far as it may be seen. */
export interface ClusterDescription {
  readonly brokers: number
  /** Of one broker, for all of them. Undefined if it may not be read. */
  readonly brokerConfig: Config | undefined
  readonly topics: ReadonlyMap<string, TopicDescription>
  /** What could not be read and why, a sentence each. */
  readonly unreadable: readonly string[]
}

/** Where Kafka keeps committed offsets and the state of transactions. */
export const OFFSETS_TOPIC = '__consumer_offsets'
export const TRANSACTIONS_TOPIC = '__transaction_state'
