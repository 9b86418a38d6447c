import type { IncomingRecord } from '../slabs/writer.ts'
import type { TopicPartition } from './ports.ts'

/** Offsets `from` to before `to` of a partition. */
export interface OffsetRange extends TopicPartition {
  readonly from: number
  readonly to: number
}

/** A record as it stands in its partition. Valid only during the call that it is handed to. */
export interface RangeRecord extends IncomingRecord {
  /** The value of the last header of that name. */
  lastHeader(name: string): Uint8Array | undefined
}

export interface RangeVisitor {
  /** Called for the records of each range in the order of their offsets. What it throws ends the reading. */
  record(record: RangeRecord, range: number): void
  /** All of a range has been read, up to `to`. Answers up to where it is to be read on; `to` if that was all. */
  ended?(range: number, to: number): number
}

/** Reads stretches of partitions that are known beforehand: for commands that look at what is there. Joins no group. */
export interface RangeReader {
  connect(): Promise<void>
  /**
   * Hands every committed record of the ranges to the visitor. One call at a time. Rejects with what the visitor throws,
   * when `signal` is aborted, when records that are to be read have been deleted, and when brokers fall silent.
   */
  read(ranges: readonly OffsetRange[], visitor: RangeVisitor, signal?: AbortSignal): Promise<void>
  /** The first offset whose record is not older than that, the end where there is none; in the given order. */
  offsetsAt(partitions: readonly TopicPartition[], timestampMs: number): Promise<number[]>
  /** The last stable offsets: up to there everything is committed or aborted; in the given order. */
  stableEnds(partitions: readonly TopicPartition[]): Promise<number[]>
  disconnect(): Promise<void>
}
