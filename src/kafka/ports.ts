import type { Slab } from '../slabs/slab.ts'
import type { SlabWriter } from '../slabs/writer.ts'

/**
 * What the pipeline needs of a Kafka client, and nothing else. Every transport implements these and passes the same
 * contract tests (test/contract). All calls are made by one loop on the main thread, one after the other where they
 * answer a promise.
 */

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A partition under one assignment of it: `epoch` is new each time it is assigned and names its batches in slabs. */
export interface AssignedPartition extends TopicPartition {
  readonly epoch: number
}

export interface CommitOffset extends TopicPartition {
  /** The next offset to read. */
  readonly offset: number
  /** Up to 4,096 bytes that Kafka keeps beside the offset. */
  readonly metadata?: string
}

export type ConsumerEvent =
  /** These are ours from now on, once `assign` is called. Until then nothing is delivered. */
  | { readonly type: 'assigned'; readonly partitions: readonly TopicPartition[] }
  /**
   * The group wants these back; they stay ours until `unassign`. Nothing is delivered meanwhile, of kept partitions
   * neither, so keep it short. `lost`: they are another member's already, and nothing can be committed.
   */
  | { readonly type: 'revoked'; readonly partitions: readonly TopicPartition[]; readonly lost: boolean }
  /** All that there is below `offset` has been delivered; `offset` counts transaction markers too. */
  | { readonly type: 'end'; readonly epoch: number; readonly offset: number }
  /** Informational unless `fatal`: after a fatal one the client is of no more use. */
  | { readonly type: 'error'; readonly code: number; readonly message: string; readonly fatal: boolean }

export interface PollResult {
  readonly events: readonly ConsumerEvent[]
  /** Set if the next record needs a slab with an input arena of this many bytes, more than the one given has. */
  readonly needsBytes?: number
}

export interface RecordConsumer {
  /** Rejects with the cause that the broker or the network gave, not with a bare time-out. */
  connect(): Promise<void>
  /** Topic names; one that begins with `^` is a pattern. */
  subscribe(topics: readonly string[]): void
  /**
   * Serves control events and appends records to `into`. Waits a short while (tens of milliseconds) for the first
   * record and not at all for more. With `into` undefined it delivers no record, but serves control events all the same: a
   * member that stops polling blocks the rebalance of its whole group.
   */
  poll(into: SlabWriter | undefined): Promise<PollResult>
  /** There has been no room for records for a while: a transport that can't serve events alone pauses its partitions. */
  hold(): void
  /** Undoes `hold`. */
  release(): void
  /** Starts delivery, from the committed offset or where `auto.offset.reset` says. */
  assign(partitions: readonly AssignedPartition[]): void
  /** Ends delivery. After this no record of these partitions is delivered under their old epochs. */
  unassign(partitions: readonly TopicPartition[]): void
  /** Rejects with an Error whose `code` is librdkafka's. */
  commit(offsets: readonly CommitOffset[]): Promise<void>
  /** The end of a partition as last seen in a fetch response; -1 if unknown or disconnected. No call to the broker. */
  endOffset(partition: TopicPartition): number
  /** Leaves the group politely: the revocation comes by `poll` like any other. */
  unsubscribe(): void
  disconnect(): Promise<void>
}

/** How many of a batch's rows were acknowledged or have failed, as they become known. */
export interface DeliveryReport {
  /** The number given with `produce`. */
  readonly batch: number
  readonly rows: number
  /** Undefined: acknowledged by all in-sync replicas. */
  readonly error?: { readonly code: number; readonly message: string }
}

export interface RecordProducer {
  connect(): Promise<void>
  /**
   * Hands rows `firstRow` to `endRow` of the slab to the client, in this order, and answers the row after the last
   * one taken: less than `endRow` if its queue is full, and then the rest is to be tried again after delivery reports.
   * A row without a key goes to partition `inputPartition` modulo the number of partitions of its output, all others
   * where Java clients put them. The slab must stay as it is until all its reports are in; none comes before this has
   * answered.
   */
  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number
  /** Rows handed over and not yet reported. */
  readonly outstanding: number
  disconnect(): Promise<void>
}

/** What a transport is made with. */
export interface TransportEvents {
  delivered(report: DeliveryReport): void
  /** Logged and counted; a fatal one ends the process. */
  producerError(error: { readonly code: number; readonly message: string; readonly fatal: boolean }): void
}

export interface Transport {
  /** For the log: the transport's name and its librdkafka's version. */
  readonly name: string
  readonly consumer: RecordConsumer
  readonly producer: RecordProducer
}
