import type { BulkProducer } from '../kafka/confluent/bulk-producer.ts'

/** Records that are ready to be sent. */
export interface ReadyBatch {
  readonly count: number
  /** Hands one of them to the client; answers false if its queue is full. */
  send(index: number, producer: BulkProducer): boolean
  /** All of them are sent, or are not wanted any more. */
  release(): void
}

/** Where records come from, in order. */
export interface BatchSource {
  /** Undefined after the last one. */
  next(): Promise<ReadyBatch | undefined>
  /** What part of them has come out, from 0 to 1; undefined where there is no end. */
  share(): number | undefined
  close(): Promise<void>
}
