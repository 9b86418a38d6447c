import type { CommitOffset, Transport, TransportEvents } from '../../src/kafka/ports.ts'
import type { IncomingRecord } from '../../src/slabs/writer.ts'

export type StoredRecord = Omit<IncomingRecord, 'topic'>
export type NewRecord = Partial<Omit<IncomingRecord, 'topic' | 'partition' | 'offset'>>

export interface TransportOptions {
  readonly group: string
  readonly outputTopics?: readonly string[]
  readonly events?: Partial<TransportEvents>
  /** How many rows the producer's queue takes. */
  readonly queueRows?: number
  /** Two members of one instance: the second fences the first. */
  readonly instance?: string
}

/** What the contract needs of the Kafka behind a transport, other than the transport itself. */
export interface Harness {
  /** Answers its name. */
  createTopic(partitions: number): Promise<string>
  append(topic: string, partition: number, records: readonly NewRecord[]): Promise<void>
  /** All that a topic holds, in order of offset in each partition. */
  read(topic: string): Promise<StoredRecord[]>
  /** Answers undefined if the group has committed nothing there. */
  committed(group: string, topic: string, partition: number): Promise<CommitOffset | undefined>
  transport(options: TransportOptions): Transport
  /** Makes a connected consumer fail for good. */
  breakForGood(consumer: Transport, options: TransportOptions, topic: string): Promise<void>
  /** A transport to a place where no broker is, and what its errors must say. */
  unreachable(): { readonly transport: Transport; readonly cause: RegExp }
  close(): Promise<void>
}

export const SLAB_RECORDS = 64

let names = 0

export function uniqueName(what: string): string {
  return `${what}-${process.pid}-${Date.now()}-${++names}`
}
