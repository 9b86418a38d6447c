import type { TopicPartition } from './ports.ts'

export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  /** The broker's topic settings, such as `retention.ms`. */
  readonly config?: Readonly<Record<string, string>>
}

export interface CreatedTopic {
  readonly topic: string
  readonly status: 'created' | 'existing'
}

export interface PartitionOffset extends TopicPartition {
  /** -1 if there is none, as for a group that has not committed. */
  readonly offset: number
}

export interface CommittedOffset extends PartitionOffset {
  /** What was committed beside the offset; empty if nothing. */
  readonly metadata: string
}

/** What commands and tests ask of a cluster. Each call rejects after some ten seconds, with what and why. */
export interface AdminClient {
  connect(): Promise<void>
  /**
   * Creates those that do not exist and leaves the others as they are. Rejects at the first that can't be created. What has
   * been created can be written to at once.
   */
  createTopics(topics: readonly NewTopic[]): Promise<CreatedTopic[]>
  /** Deletes topics with all that is in them; one that is not there is as good as deleted. */
  deleteTopics(topics: readonly string[]): Promise<void>
  /** Deletes what is kept of a group that has no members; one that is not there is as good as deleted. */
  deleteGroup(group: string): Promise<void>
  /** The number of partitions of each topic that exists. */
  partitionCounts(): Promise<ReadonlyMap<string, number>>
  beginningOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]>
  /** The next offset that will be written; for `isolation.level=read_committed` readers the end may lie before it. */
  endOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]>
  committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]>
  /** The same; rejects while there is an open transaction that may change them. */
  settledOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]>
  /** How many members a group has; 0 for one that does not exist. */
  memberCount(group: string): Promise<number>
  /**
   * Commits offsets for a group that has no members; what stood beside the old ones is gone. Rejects if it has members: the
   * broker itself sees to that.
   */
  setCommittedOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void>
  disconnect(): Promise<void>
}
