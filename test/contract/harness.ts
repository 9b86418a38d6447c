import type { CommitOffset, Transport, TransportEvents } from '../../src/kafka/ports.ts'
import type { IncomingRecord } from '../../src/slabs/writer.ts'
import type { Member } from './member.ts'

export type StoredRecord = Omit<IncomingRecord, 'topic'>
export type NewRecord = Partial<Omit<IncomingRecord, 'topic' | 'partition' | 'offset'>>

export interface TransportOptions {
  readonly group: string
  readonly outputTopics?: readonly string[]
  readonly events?: Partial<TransportEvents>
  /** How many rows the producer's queue takes. */
  readonly queueRows?: number
  /** Two members of one instance: the second fences the first, or is refused. */
  readonly instance?: string
  /** For a transport with transactions. */
  readonly transactionalId?: string
  /** After so long brokers end a transaction that is still open. */
  readonly transactionTimeoutMs?: number
}

/** What brokers refuse in a topic. */
export interface TopicLimits {
  /** Code 10 for larger batches. */
  readonly maxBatchBytes?: number
  /** Code 32 for rows with older timestamps. */
  readonly maxAgeMs?: number
}

/** A transaction of another producer in a partition. */
export interface OpenTransaction {
  commit(): Promise<void>
  abort(): Promise<void>
}

/** What differs between the ways in which groups share out partitions. */
export interface GroupTraits {
  /** A rebalance asks back what moves, and no more; otherwise everything that a member has. */
  readonly incremental: boolean
  /** Members have names, and are not missed as long as they are away for less than their session. */
  readonly named: boolean
}

/** What the contract needs of the Kafka behind a transport, other than the transport itself. */
export interface Harness {
  /** Answers its name. */
  createTopic(partitions: number, limits?: TopicLimits): Promise<string>
  append(topic: string, partition: number, records: readonly NewRecord[]): Promise<void>
  /** Writes records in a transaction and leaves it open. */
  openTransaction(topic: string, partition: number, records: readonly NewRecord[]): Promise<OpenTransaction>
  /** Resolves when brokers have ended the transaction of this id, which has one row in the topic, as it took too long. */
  timedOut(topic: string, transactionalId: string): Promise<void>
  /** All that a topic holds for readers of committed records, in order of offset in each partition. */
  read(topic: string): Promise<StoredRecord[]>
  /** Answers undefined if the group has committed nothing there. */
  committed(group: string, topic: string, partition: number): Promise<CommitOffset | undefined>
  transport(options: TransportOptions): Transport
  /**
   * Brings in another member of the same instance, so that one of the two fails for good: answers which. The group no
   * longer knows that one.
   */
  breakForGood(member: Member, options: TransportOptions, topic: string): Promise<Member>
  /** A transport to a place where no broker is, and what its errors must say. */
  unreachable(): { readonly transport: Transport; readonly cause: RegExp }
  close(): Promise<void>
}

export const SLAB_RECORDS = 64

let names = 0

export function uniqueName(what: string): string {
  return `${what}-${process.pid}-${Date.now()}-${++names}`
}
