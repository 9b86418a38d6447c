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
  /** Up to 4,095 bytes that Kafka keeps beside the offset. */
  readonly metadata?: string
}

/** What a group has committed for a partition; `offset` is -1 and `metadata` empty where it has not. */
export interface CommittedPosition extends TopicPartition {
  readonly offset: number
  readonly metadata: string
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
  /** Starts delivery, from `offset` if that is given, else from the committed one or where `auto.offset.reset` says. */
  assign(partitions: readonly (AssignedPartition & { readonly offset?: number | undefined })[]): void
  /** Ends delivery. After this no record of these partitions is delivered under their old epochs. */
  unassign(partitions: readonly TopicPartition[]): void
  /**
   * Delivers partitions again from an offset, 0 or above, each under a new epoch: after this no record is delivered under
   * the old ones. Between polls only, and only for partitions that are assigned; one that the group has asked back
   * meanwhile stays as it is.
   */
  rewind(partitions: readonly (AssignedPartition & { readonly offset: number })[]): void
  /** Delivers nothing of these until `resume`, whatever `release` does; ends with their assignment. Between polls only. */
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /**
   * What the group has committed, pending transactions waited for. May be called while an assignment waits for `assign`.
   * Rejects after some seconds.
   */
  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedPosition[]>
  /** Rejects with an Error whose `code` is librdkafka's. */
  commit(offsets: readonly CommitOffset[]): Promise<void>
  /** The end of a partition as last seen in a fetch response; -1 if unknown or disconnected. No call to the broker. */
  endOffset(partition: TopicPartition): number
  /**
   * Below this offset a partition has nothing but committed and aborted records: the last stable offset as last seen, a
   * few seconds old. -1 if unknown. What lies between it and `endOffset` waits for a transaction to end.
   */
  stableOffset(partition: TopicPartition): number
  /** Whether any broker can be reached, as far as is known. */
  readonly reachable: boolean
  /** Leaves the group politely: the revocation comes by `poll` like any other. `subscribe` joins it again. */
  unsubscribe(): void
  disconnect(): Promise<void>
}

/** How many of a batch's rows were acknowledged or have failed, as they become known. */
export interface DeliveryReport {
  /** The number given with `produce`. */
  readonly batch: number
  readonly rows: number
  /** Undefined: acknowledged by all in-sync replicas. */
  readonly error?: ProduceFailure
}

/** What became of a row that can't be delivered; `ProduceRemedy` says what to do about it. */
export interface ProduceFailure {
  readonly code: number
  readonly message: string
}

/** Of a row in a transaction. */
export interface RowFailure extends ProduceFailure {
  /** The number given with `produce`, if rows go alone and it is known which one has failed. */
  readonly batch?: number | undefined
}

export interface RecordProducer {
  connect(): Promise<void>
  /**
   * Hands rows `firstRow` to `endRow` of the slab to the client, in this order, and answers the row after the last
   * one taken: less than `endRow` if its queue is full, or while rows that failed are still cleared out of it; then the
   * rest is to be tried again a little later.
   * A row without a key goes to partition `inputPartition` modulo the number of partitions of its output, all others
   * where Java clients put them. The slab must stay as it is until all its reports are in; none comes before this has
   * answered.
   *
   * No row behind one that failed is written to its output partition, unless it is handed over again: whoever reads that
   * partition again from before the failure has everything in order.
   *
   * After a failure has been reported nothing is taken until everything handed over before has been acknowledged or has
   * failed, so that a later report is about a later row. Rows that were handed over for the same output partition behind
   * one that failed are not written without it: they have failed too, with its code or as given up.
   */
  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number
  /**
   * Sends a row in a request of its own, where no other row can be the cause if it fails. Resolves with the failure, or
   * undefined once it is acknowledged; rows that are handed over one after the other arrive in that order, unless one
   * fails. The slab must stay as it is until then. Not for transactions.
   */
  produceAlone(slab: Slab, row: number, inputPartition: number): Promise<ProduceFailure | undefined>
  /** Rows handed over and not yet reported. */
  readonly outstanding: number
  disconnect(): Promise<void>
}

/**
 * Transactions of a producer: rows and the offsets that they came from become visible together or not at all. `produce`
 * takes rows only between `begin` and `commit`; none of them is reported one by one.
 */
export interface RecordTransactions {
  /**
   * Local and quick: brokers hear of a transaction with its first row. `alone`: each row goes in a request of its own, where
   * no other row can be the cause if it fails; slow, and a change to or from it takes a new client.
   */
  begin(alone?: boolean): Promise<void>
  /**
   * Waits for the rows, adds the offsets and commits. When it rejects, the transaction can only be aborted: a row failed,
   * the group has given the partitions to others, or this producer is no longer the one (fenced, or timed out).
   */
  commit(offsets: readonly CommitOffset[]): Promise<void>
  /**
   * Ends the transaction without a trace, by a new client where the old one is of no more use, and resolves when `begin`
   * may be called again. Rejects only if no client can be had for some 30 s.
   */
  abort(): Promise<void>
}

/** What a transport is made with. */
export interface TransportEvents {
  delivered(report: DeliveryReport): void
  /** A row of the open transaction has failed: it can only be aborted. May come several times. */
  transactionFailed(failure: RowFailure): void
  /** Logged and counted; a fatal one ends the process. */
  producerError(error: { readonly code: number; readonly message: string; readonly fatal: boolean }): void
}

export interface Transport {
  /** For the log: the transport's name and its librdkafka's version. */
  readonly name: string
  readonly consumer: RecordConsumer
  readonly producer: RecordProducer
  /** Set if the transport was made for `DELIVERY=exactly-once`; then nothing else commits offsets. */
  readonly transactions: RecordTransactions | undefined
}
