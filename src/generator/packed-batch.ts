import type { BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { OutgoingHeader } from '../kafka/confluent/headers.ts'

/** So many records a batch: enough that a message between threads costs nothing, few enough to be made in a millisecond. */
export const BATCH_RECORDS = 1024

const NO_VALUE = -1
const APART = -2

/**
 * Records as bytes in one piece of memory, so that one thread can make them and another hand them to the client without
 * an object a record. A key and its value lie one behind the other.
 *
 * ```
 *  start u32 × records │ key length i32 │ value length i32 │ timestamp f64 │ keys and values
 * ```
 */
export class PackedBatch {
  readonly memory: SharedArrayBuffer
  readonly bytes: Buffer
  count = 0
  /** Where the next record's key begins. */
  end: number
  readonly #start: Uint32Array
  readonly #keyLength: Int32Array
  readonly #valueLength: Int32Array
  readonly #timestampMs: Float64Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.bytes = Buffer.from(memory)
    this.#timestampMs = new Float64Array(memory, 0, BATCH_RECORDS)
    this.#start = new Uint32Array(memory, BATCH_RECORDS * 8, BATCH_RECORDS)
    this.#keyLength = new Int32Array(memory, BATCH_RECORDS * 12, BATCH_RECORDS)
    this.#valueLength = new Int32Array(memory, BATCH_RECORDS * 16, BATCH_RECORDS)
    this.end = COLUMNS_BYTES
  }

  static allocate(bytes: number): PackedBatch {
    return new PackedBatch(new SharedArrayBuffer(COLUMNS_BYTES + bytes))
  }

  get freeBytes(): number {
    return this.bytes.length - this.end
  }

  clear(): void {
    this.count = 0
    this.end = COLUMNS_BYTES
  }

  /** A record whose key and value have been written from `end` on already. */
  addWritten(keyLength: number, end: number, timestampMs: number): void {
    this.#set(keyLength, end - this.end - keyLength, timestampMs)
    this.end = end
  }

  /** There must be room for it. */
  add(key: Uint8Array | null, value: Uint8Array | null, timestampMs: number): void {
    this.#set(key?.length ?? NO_VALUE, value?.length ?? NO_VALUE, timestampMs)
    for (const part of [key, value]) {
      if (part === null) continue
      this.bytes.set(part, this.end)
      this.end += part.length
    }
  }

  /** A record that is to be had elsewhere. */
  addApart(): void {
    this.#set(NO_VALUE, APART, 0)
  }

  isApart(index: number): boolean {
    return this.#valueLength[index] === APART
  }

  /** Answers false if the client's queue is full. */
  send(index: number, producer: BulkProducer, headers: readonly OutgoingHeader[] | undefined): boolean {
    const { memory } = this
    const keyLength = this.#keyLength[index]
    const valueLength = this.#valueLength[index]
    const start = this.#start[index]
    const valueStart = keyLength < 0 ? start : start + keyLength
    return producer.produce(
      valueLength < 0 ? null : new Uint8Array(memory, valueStart, valueLength),
      keyLength < 0 ? null : new Uint8Array(memory, start, keyLength),
      this.#timestampMs[index],
      headers
    )
  }

  #set(keyLength: number, valueLength: number, timestampMs: number): void {
    const index = this.count++
    this.#start[index] = this.end
    this.#keyLength[index] = keyLength
    this.#valueLength[index] = valueLength
    this.#timestampMs[index] = timestampMs
  }
}

const COLUMNS_BYTES = BATCH_RECORDS * 20
