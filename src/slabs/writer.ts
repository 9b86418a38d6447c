import type { Header as RecordHeader } from '../pipeline.ts'
import { headersSize, writeHeader } from './headers.ts'
import { Header, KEY_IS_NULL, VALUE_IS_NULL, VALUE_IS_OMITTED } from './layout.ts'
import type { Slab } from './slab.ts'

/** A record as a transport that has objects hands it over. */
export interface IncomingRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970; -1 where there is none. */
  readonly timestampMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** The bytes of the input arena that a record takes, besides its topic's name once a batch. */
export function recordSize(record: IncomingRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0) + headersSize(record.headers)
}

/**
 * Appends records to an empty slab. Consecutive records of one assignment become one batch.
 *
 * A record larger than `maxRecordBytes` is written without its value and marked, so that it becomes a dead letter by
 * reference instead of a reason to stop.
 */
export class SlabWriter {
  readonly #slab: Slab
  readonly #maxRecordBytes: number
  readonly #maxRecords: number
  #records = 0
  #end: number
  #epoch = -1

  constructor(slab: Slab, maxRecordBytes: number, maxRecords = slab.shape.records) {
    this.#slab = slab
    this.#maxRecordBytes = maxRecordBytes
    this.#maxRecords = maxRecords
    this.#end = slab.places.input
  }

  get slab(): Slab {
    return this.#slab
  }

  get maxRecords(): number {
    return this.#maxRecords
  }

  get maxRecordBytes(): number {
    return this.#maxRecordBytes
  }

  /** Goes on behind what a transport has appended by itself. */
  resume(): void {
    const { header, batchEpoch } = this.#slab
    const batches = header[Header.BATCHES]
    this.#records = header[Header.RECORDS]
    this.#end = header[Header.INPUT_END]
    this.#epoch = batches === 0 ? -1 : batchEpoch[batches - 1]
  }

  get records(): number {
    return this.#records
  }

  /**
   * Takes the record if it fits. Answers 0 if it did, else the bytes of input arena that an empty slab needs for it:
   * with those of this slab at hand, the record waits for the next slab, else it needs a larger one.
   */
  append(epoch: number, record: IncomingRecord): number {
    const sizeBytes = recordSize(record)
    const omit = sizeBytes > this.#maxRecordBytes
    const needed = sizeBytes - (omit ? (record.value?.length ?? 0) : 0) + record.topic.length
    const slab = this.#slab
    const arenaEnd = slab.places.input + slab.shape.inputBytes
    if (this.#records >= this.#maxRecords || this.#end + needed > arenaEnd) return needed
    if (epoch !== this.#epoch) this.#beginBatch(epoch, record)
    this.#write(record, omit)
    return 0
  }

  #beginBatch(epoch: number, record: IncomingRecord): void {
    const slab = this.#slab
    const batch = slab.header[Header.BATCHES]++
    slab.batchEpoch[batch] = epoch
    slab.batchPartition[batch] = record.partition
    slab.batchFirstRecord[batch] = this.#records
    slab.batchTopicStart[batch] = this.#end
    this.#end += slab.bytes.latin1Write(record.topic, this.#end)
    slab.batchTopicEnd[batch] = this.#end
    this.#epoch = epoch
  }

  #write(record: IncomingRecord, omit: boolean): void {
    const slab = this.#slab
    const index = this.#records
    const { key, value, headers } = record
    let at = this.#end
    slab.setOffset(index, record.offset)
    slab.setTimestamp(index, record.timestampMs)
    slab.keyStart[index] = at
    if (key !== null) at = copy(slab.bytes, at, key)
    slab.keyEnd[index] = at
    if (value !== null && !omit) at = copy(slab.bytes, at, value)
    else slab.omittedBytes[index] = value?.length ?? 0
    slab.valueEnd[index] = at
    for (const header of headers) at = writeHeader(slab.bytes, at, header.name, header.value)
    slab.headersEnd[index] = at
    slab.flags[index] =
      (key === null ? KEY_IS_NULL : 0) | (value === null ? VALUE_IS_NULL : 0) | (omit ? VALUE_IS_OMITTED : 0)
    this.#end = at
    this.#records = index + 1
    slab.header[Header.RECORDS] = index + 1
    slab.header[Header.INPUT_END] = at
  }
}

function copy(bytes: Buffer, at: number, source: Uint8Array): number {
  bytes.set(source, at)
  return at + source.length
}
