import { readHeaders } from '../../slabs/headers.ts'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode } from '../kafka-error.ts'
import { partitionOfRow } from '../placement.ts'
import { nativeProducer, type NativeProducer, type ProducerClient } from './client.ts'
import { toNative } from './headers.ts'
import type { OutputTopics } from '../librdkafka/output-topics.ts'

/** Where a row goes, and the client's error code, `NONE` if it was taken. */
export interface Handed {
  readonly topic: string
  readonly partition: number
  readonly code: number
}

/** Hands rows of slabs to a client, which copies them. */
export class RowWriter {
  readonly #outputs: OutputTopics
  #native: NativeProducer | undefined

  constructor(outputs: OutputTopics) {
    this.#outputs = outputs
  }

  /** Undefined: from now on every row is refused with `STATE`. */
  attach(client: ProducerClient | undefined): void {
    this.#native = client && nativeProducer(client)
  }

  /** `opaque` comes back with the row's delivery report; the client leaks it where only failures are reported. */
  write(slab: Slab, row: number, inputPartition: number, opaque?: number): Handed {
    const output = slab.rowOutput[row]
    const topic = this.#outputs.names[output]
    const partition = partitionOfRow(slab, row, inputPartition, this.#outputs.partitions[output])
    return { topic, partition, code: this.#hand(slab, row, topic, partition, opaque) }
  }

  #hand(slab: Slab, row: number, topic: string, partition: number, opaque: number | undefined): number {
    if (this.#native === undefined) return ErrorCode.STATE
    const valueLength = slab.rowValueLength[row]
    const keyLength = slab.rowKeyLength[row]
    // The client takes 0 for "now" and has no word for "none", which a record of an old format may bring.
    const timestampMs = Math.max(slab.rowTimestampOf(row), 0)
    return this.#native.produce(
      topic,
      partition,
      valueLength < 0 ? null : new Uint8Array(slab.memory, slab.rowValueStart[row], valueLength),
      keyLength < 0 ? null : new Uint8Array(slab.memory, slab.rowKeyStart[row], keyLength),
      timestampMs,
      opaque,
      slab.rowHeadersLength[row] === 0 ? undefined : headersOf(slab, row)
    )
  }
}

function headersOf(slab: Slab, row: number): ReturnType<typeof toNative> {
  const start = slab.rowHeadersStart[row]
  return toNative(readHeaders(slab.bytes, start, start + slab.rowHeadersLength[row]))
}
