import { COUNTER_WORDS, HEADER_WORDS, Header, placesOf, type SlabPlaces, type SlabShape } from './layout.ts'

const TWO_TO_32 = 4294967296

/** A place in the output of a slab: so many rows and terms, and where the next byte of the arena goes. */
export interface OutputMark {
  readonly rows: number
  readonly outputEnd: number
  readonly terms: number
}

/**
 * Views of one slab's memory. The main thread and each worker have their own `Slab` over the same `memory`.
 * Columns are public on purpose: the record loop reads and writes them without a call.
 */
export class Slab {
  readonly memory: SharedArrayBuffer
  readonly shape: SlabShape
  readonly places: SlabPlaces
  /** The whole slab as bytes; arena places are indexes into it. */
  readonly bytes: Buffer
  readonly header: Int32Array
  readonly counters: Int32Array

  readonly batchEpoch: Int32Array
  readonly batchPartition: Int32Array
  readonly batchFirstRecord: Int32Array
  readonly batchTopicStart: Int32Array
  readonly batchTopicEnd: Int32Array

  readonly offsetLow: Int32Array
  readonly offsetHigh: Int32Array
  readonly timestampLow: Int32Array
  readonly timestampHigh: Int32Array
  readonly keyStart: Int32Array
  readonly keyEnd: Int32Array
  readonly valueEnd: Int32Array
  readonly headersEnd: Int32Array
  /** Set only where the flag VALUE_IS_OMITTED is. */
  readonly omittedBytes: Int32Array

  readonly flags: Uint8Array
  readonly outcome: Uint8Array
  /** Index of the reason for a dead letter, of the rule for a filtered record. */
  readonly detail: Uint8Array
  /** Class of the latency of a processed record, in slabs whose shape has dimensions; see `summaries/histogram.ts`. */
  readonly latency: Uint8Array

  /** By dimension and record: the record's term, from 1 on; 0 where it has none. Set for processed records only. */
  readonly dimensionTerm: Int32Array
  /** Where the text of a term lies, by the term less one: its length in one byte, then UTF-8. */
  readonly termPlace: Int32Array

  readonly rowRecord: Int32Array
  readonly rowTimestampLow: Int32Array
  readonly rowTimestampHigh: Int32Array
  readonly rowKeyStart: Int32Array
  /** -1 for a null key; the same for values. */
  readonly rowKeyLength: Int32Array
  readonly rowValueStart: Int32Array
  readonly rowValueLength: Int32Array
  readonly rowHeadersStart: Int32Array
  readonly rowHeadersLength: Int32Array
  readonly rowOutput: Uint8Array

  constructor(memory: SharedArrayBuffer, shape: SlabShape) {
    const places = placesOf(shape)
    this.memory = memory
    this.shape = shape
    this.places = places
    this.bytes = Buffer.from(memory)
    this.header = new Int32Array(memory, 0, HEADER_WORDS)
    this.counters = new Int32Array(memory, HEADER_WORDS * 4, COUNTER_WORDS)

    const batch = columns(memory, places.batches, shape.records)
    this.batchEpoch = batch(0)
    this.batchPartition = batch(1)
    this.batchFirstRecord = batch(2)
    this.batchTopicStart = batch(3)
    this.batchTopicEnd = batch(4)

    const record = columns(memory, places.recordWords, shape.records)
    this.offsetLow = record(0)
    this.offsetHigh = record(1)
    this.timestampLow = record(2)
    this.timestampHigh = record(3)
    this.keyStart = record(4)
    this.keyEnd = record(5)
    this.valueEnd = record(6)
    this.headersEnd = record(7)
    this.omittedBytes = record(8)
    this.flags = new Uint8Array(memory, places.recordBytes, shape.records)
    this.outcome = new Uint8Array(memory, places.recordBytes + shape.records, shape.records)
    this.detail = new Uint8Array(memory, places.recordBytes + 2 * shape.records, shape.records)
    this.latency = new Uint8Array(memory, places.recordBytes + 3 * shape.records, shape.records)

    const terms = (shape.dimensions ?? 0) * shape.records
    this.dimensionTerm = new Int32Array(memory, places.dimensionTerms, terms)
    this.termPlace = new Int32Array(memory, places.termPlaces, terms)

    const row = columns(memory, places.rowWords, shape.rows)
    this.rowRecord = row(0)
    this.rowTimestampLow = row(1)
    this.rowTimestampHigh = row(2)
    this.rowKeyStart = row(3)
    this.rowKeyLength = row(4)
    this.rowValueStart = row(5)
    this.rowValueLength = row(6)
    this.rowHeadersStart = row(7)
    this.rowHeadersLength = row(8)
    this.rowOutput = new Uint8Array(memory, places.rowBytes, shape.rows)
  }

  static allocate(shape: SlabShape): Slab {
    const slab = new Slab(new SharedArrayBuffer(placesOf(shape).end), shape)
    slab.clear()
    return slab
  }

  /** Empties it for the next records. Old bytes stay in the arenas; nothing points at them any more. */
  clear(): void {
    this.header[Header.RECORDS] = 0
    this.header[Header.BATCHES] = 0
    this.header[Header.INPUT_END] = this.places.input
    this.clearOutput()
  }

  /** Empties what a worker writes, so that the records can be run (again). Verdicts on records stay. */
  clearOutput(): void {
    this.rewindOutput({ rows: 0, outputEnd: this.places.output, terms: 0 })
  }

  /** How far the output has come. */
  get outputMark(): OutputMark {
    return { rows: this.rows, outputEnd: this.header[Header.OUTPUT_END], terms: this.terms }
  }

  /** Forgets all rows that have been written since, and readies the slab for a part that appends to those before. */
  rewindOutput({ rows, outputEnd, terms }: OutputMark): void {
    this.header[Header.ROWS] = rows
    this.header[Header.TERMS] = terms
    this.header[Header.OUTPUT_END] = outputEnd
    this.header[Header.STOPPED_AT] = 0
    this.counters.fill(0)
    Atomics.store(this.header, Header.CURSOR, 0)
    Atomics.store(this.header, Header.OWNER, 0)
  }

  get records(): number {
    return this.header[Header.RECORDS]
  }

  get rows(): number {
    return this.header[Header.ROWS]
  }

  get terms(): number {
    return this.header[Header.TERMS]
  }

  termText(term: number): string {
    const place = this.termPlace[term - 1]
    return this.bytes.utf8Slice(place + 1, place + 1 + this.bytes[place])
  }

  get batches(): number {
    return this.header[Header.BATCHES]
  }

  /** The record after the last one of a batch. */
  batchEnd(batch: number): number {
    return batch + 1 < this.batches ? this.batchFirstRecord[batch + 1] : this.records
  }

  topicOf(batch: number): string {
    return this.bytes.latin1Slice(this.batchTopicStart[batch], this.batchTopicEnd[batch])
  }

  offsetOf(record: number): number {
    return this.offsetHigh[record] * TWO_TO_32 + (this.offsetLow[record] >>> 0)
  }

  setOffset(record: number, offset: number): void {
    this.offsetHigh[record] = Math.floor(offset / TWO_TO_32)
    this.offsetLow[record] = lowBits(offset)
  }

  /** Milliseconds since 1970, -1 where the broker has none. */
  timestampOf(record: number): number {
    return this.timestampHigh[record] * TWO_TO_32 + (this.timestampLow[record] >>> 0)
  }

  setTimestamp(record: number, timestampMs: number): void {
    this.timestampHigh[record] = Math.floor(timestampMs / TWO_TO_32)
    this.timestampLow[record] = lowBits(timestampMs)
  }

  rowTimestampOf(row: number): number {
    return this.rowTimestampHigh[row] * TWO_TO_32 + (this.rowTimestampLow[row] >>> 0)
  }

  setRowTimestamp(row: number, timestampMs: number): void {
    this.rowTimestampHigh[row] = Math.floor(timestampMs / TWO_TO_32)
    this.rowTimestampLow[row] = lowBits(timestampMs)
  }
}

/** `|` takes a number modulo 2^32 whatever its size, which is just its low 32 bits. */
function lowBits(value: number): number {
  return value | 0
}

function columns(memory: SharedArrayBuffer, start: number, length: number): (index: number) => Int32Array {
  return index => new Int32Array(memory, start + index * length * 4, length)
}
