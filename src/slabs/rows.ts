import type { Header as RecordHeader } from '../pipeline.ts'
import { headersSize, writeHeader } from './headers.ts'
import { Header, KEY_IS_NULL, VALUE_IS_NULL } from './layout.ts'
import { isPlainJson, isPlainText } from './plain-text.ts'
import type { Slab } from './slab.ts'
import { completeSourceHeader, sourceHeaderSize, writeSourceHeader } from './source-header.ts'

/** Where in JSON that was made without a look into its strings these stand. */
export interface DraftStrings {
  /** A start and an end each; the first `spansEnd` of these count. */
  readonly spans: Int32Array
  readonly spansEnd: number
  /** How many quotes stand around them and around names. */
  readonly quotes: number
}

/**
 * Writes the output rows of one record after the other. Where the rows of a record do not fit, nothing of it is kept:
 * `begin` the record, write its rows, then `keep` or `drop` them.
 *
 * A row is `open`ed, then its value, key and headers are set, in any order; what is not set is the input's.
 */
export class RowWriter {
  readonly #slab: Slab
  readonly #view: DataView
  /** What rows of records may take; beyond it there is room for one row more. */
  readonly #arenaEnd: number
  readonly #rowsEnd: number
  #row = 0
  #end = 0
  #record = 0
  /** The slab's bytes as far as rows may be written. */
  #arena: Buffer | undefined
  /** Rows and bytes that are kept. */
  #keptRows = 0
  #keptEnd: number
  /** Of the source that the record's rows name in a header; 0 while they have none. */
  #sourceLength = 0
  /** Set once something did not fit; everything until `drop` is in vain then. */
  overflowed = false

  /** `besideBytes`: room that is kept for a row of `addBeside`, of so many bytes at most. */
  constructor(slab: Slab, besideBytes = 0) {
    this.#slab = slab
    this.#view = new DataView(slab.memory)
    this.#arenaEnd = slab.places.output + slab.shape.outputBytes - besideBytes
    this.#rowsEnd = slab.shape.rows - (besideBytes > 0 ? 1 : 0)
    this.#keptRows = slab.header[Header.ROWS]
    this.#keptEnd = slab.header[Header.OUTPUT_END]
  }

  begin(record: number): void {
    this.#record = record
    this.drop()
  }

  /** Forgets what has been written of this record. */
  drop(): void {
    this.#row = this.#keptRows - 1
    this.#end = this.#keptEnd
    this.#sourceLength = 0
    // A row beside the last record may have taken the room that is kept for the next.
    this.overflowed = this.#keptEnd > this.#arenaEnd || this.#keptRows > this.#rowsEnd
  }

  /** Number of rows written of this record. */
  get rowsOfRecord(): number {
    return this.#row + 1 - this.#keptRows
  }

  keep(): void {
    if (this.#sourceLength > 0) this.#completeSources()
    this.#keptRows = this.#row + 1
    this.#keptEnd = this.#end
    this.#slab.header[Header.ROWS] = this.#keptRows
    this.#slab.header[Header.OUTPUT_END] = this.#keptEnd
  }

  /**
   * Adds a row that tells of records instead of being made of one, once `record` is kept: it stands behind the rows of
   * that record and is acknowledged with them, but is none of them. Always fits what is kept for it.
   */
  addBeside(record: number, output: number, timestampMs: number, key: string, value: string): void {
    const slab = this.#slab
    const row = this.#keptRows++
    slab.rowRecord[row] = record
    slab.rowOutput[row] = output
    slab.setRowTimestamp(row, timestampMs)
    slab.rowKeyStart[row] = this.#keptEnd
    slab.rowKeyLength[row] = slab.bytes.utf8Write(key, this.#keptEnd)
    slab.rowValueStart[row] = this.#keptEnd += slab.rowKeyLength[row]
    slab.rowValueLength[row] = slab.bytes.utf8Write(value, this.#keptEnd)
    slab.rowHeadersStart[row] = this.#keptEnd += slab.rowValueLength[row]
    slab.rowHeadersLength[row] = 0
    slab.header[Header.ROWS] = this.#keptRows
    slab.header[Header.OUTPUT_END] = this.#keptEnd
  }

  /** Begins a row that passes key, value and headers of the record on. */
  open(output: number, timestampMs: number): void {
    const slab = this.#slab
    if (this.#row + 1 >= this.#rowsEnd) {
      this.overflowed = true
      return
    }
    const record = this.#record
    const row = ++this.#row
    const keyStart = slab.keyStart[record]
    const keyEnd = slab.keyEnd[record]
    const valueEnd = slab.valueEnd[record]
    slab.rowRecord[row] = record
    slab.rowOutput[row] = output
    slab.setRowTimestamp(row, timestampMs)
    slab.rowKeyStart[row] = keyStart
    slab.rowKeyLength[row] = slab.flags[record] & KEY_IS_NULL ? -1 : keyEnd - keyStart
    slab.rowValueStart[row] = keyEnd
    slab.rowValueLength[row] = slab.flags[record] & VALUE_IS_NULL ? -1 : valueEnd - keyEnd
    slab.rowHeadersStart[row] = valueEnd
    slab.rowHeadersLength[row] = slab.headersEnd[record] - valueEnd
  }

  /** UTF-8. */
  setValue(text: string): void {
    if (this.overflowed) return
    const start = this.#end
    const written = this.#writeText(text)
    if (written < 0) return
    this.#slab.rowValueStart[this.#row] = start
    this.#slab.rowValueLength[this.#row] = written
  }

  /**
   * Sets JSON that was made without a look into its strings. Answers false and sets nothing if one of them is not JSON
   * as it is, or if that might not fit: then `setValue` has to set what it must be.
   */
  setDraft(json: string, strings: DraftStrings): boolean {
    const { bytes, rowValueStart, rowValueLength } = this.#slab
    const start = this.#end
    const room = this.#arenaEnd - start
    if (this.overflowed || json.length * 3 > room) return false
    const written = bytes.utf8Write(json, start, room)
    if (written === json.length) {
      if (!this.#arePlain(start, strings)) return false
      // It is not ASCII. JSON escapes a surrogate without its other half, which here has become another character.
    } else if (!isPlainJson(this.#view, start, start + written, strings.quotes) || !json.isWellFormed()) return false
    rowValueStart[this.#row] = start
    rowValueLength[this.#row] = written
    this.#end = start + written
    return true
  }

  #arePlain(start: number, { spans, spansEnd }: DraftStrings): boolean {
    for (let at = 0; at < spansEnd; at += 2) {
      if (!isPlainText(this.#view, start + spans[at], start + spans[at + 1])) return false
    }
    return true
  }

  setValueBytes(value: Uint8Array): void {
    if (this.overflowed) return
    const start = this.#end
    const written = this.#writeBytes(value)
    if (written < 0) return
    this.#slab.rowValueStart[this.#row] = start
    this.#slab.rowValueLength[this.#row] = written
  }

  /** `encode` writes the value at a place of the bytes that it is given; it answers where it ends, -1 if they end before. */
  setEncoded(encode: (value: object, bytes: Buffer, at: number) => number, value: object): void {
    if (this.overflowed) return
    const start = this.#end
    const end = encode(value, (this.#arena ??= this.#slab.bytes.subarray(0, this.#arenaEnd)), start)
    if (end < 0) {
      this.overflowed = true
      return
    }
    this.#slab.rowValueStart[this.#row] = start
    this.#slab.rowValueLength[this.#row] = end - start
    this.#end = end
  }

  /**
   * Writes a term of at most 255 bytes, which is kept or dropped with the rows of the record; answers its place, -1 where
   * it does not fit.
   */
  writeTerm(text: string): number {
    const bytes = Buffer.byteLength(text)
    const place = this.#end
    if (this.overflowed || !this.#fits(bytes + 1)) return -1
    this.#slab.bytes[place] = bytes
    this.#slab.bytes.utf8Write(text, place + 1)
    this.#end = place + 1 + bytes
    return place
  }

  setNullValue(): void {
    if (!this.overflowed) this.#slab.rowValueLength[this.#row] = -1
  }

  /** Throws if it is neither: a length that is no number would spoil the arena for all rows that follow. */
  setKey(key: Uint8Array | string | null): void {
    if (key !== null && typeof key !== 'string' && !(key instanceof Uint8Array)) {
      throw new TypeError('a key is bytes, a string or null')
    }
    if (this.overflowed) return
    if (key === null) {
      this.#slab.rowKeyLength[this.#row] = -1
      return
    }
    const start = this.#end
    const written = typeof key === 'string' ? this.#writeText(key) : this.#writeBytes(key)
    if (written < 0) return
    this.#slab.rowKeyStart[this.#row] = start
    this.#slab.rowKeyLength[this.#row] = written
  }

  /** The input's headers, if `passed`, and these after them; at last the header that names `source`, if that is given. */
  setHeaders(passed: boolean, appended: readonly RecordHeader[], source = ''): void {
    if (passed && appended.length === 0 && source === '') return
    if (!appended.every(({ value }) => value instanceof Uint8Array)) throw new TypeError("a header's value is bytes")
    if (this.overflowed) return
    const { bytes, valueEnd, headersEnd } = this.#slab
    const from = valueEnd[this.#record]
    const until = passed ? headersEnd[this.#record] : from
    const start = this.#end
    const sourceBytes = source === '' ? 0 : sourceHeaderSize(source, this.rowsOfRecord)
    if (!this.#fits(until - from + headersSize(appended) + sourceBytes)) return
    bytes.copy(bytes, start, from, until)
    let at = start + until - from
    for (const header of appended) at = writeHeader(bytes, at, header.name, header.value)
    if (source !== '') at = writeSourceHeader(bytes, at, source, this.rowsOfRecord)
    this.#sourceLength = source.length
    this.#slab.rowHeadersStart[this.#row] = start
    this.#slab.rowHeadersLength[this.#row] = at - start
    this.#end = at
  }

  /** Key, value and headers of the row that was opened last. */
  get rowBytes(): number {
    const { rowKeyLength, rowValueLength, rowHeadersLength } = this.#slab
    const row = this.#row
    return Math.max(0, rowKeyLength[row]) + Math.max(0, rowValueLength[row]) + rowHeadersLength[row]
  }

  /** Only now is it known how many rows the record has. */
  #completeSources(): void {
    const { bytes, rowHeadersStart, rowHeadersLength } = this.#slab
    const rows = this.rowsOfRecord
    for (let row = 1; row <= rows; row++) {
      const index = this.#keptRows + row - 1
      const end = rowHeadersStart[index] + rowHeadersLength[index]
      rowHeadersLength[index] -= completeSourceHeader(bytes, end, this.#sourceLength, row, rows)
    }
  }

  #fits(sizeBytes: number): boolean {
    if (this.#end + sizeBytes > this.#arenaEnd) this.overflowed = true
    return !this.overflowed
  }

  /** Answers -1 where it did not fit. A UTF-16 unit takes at most three bytes of UTF-8: only near the end is it counted. */
  #writeText(text: string): number {
    const room = this.#arenaEnd - this.#end
    if (text.length * 3 > room && !this.#fits(Buffer.byteLength(text))) return -1
    const written = this.#slab.bytes.utf8Write(text, this.#end, room)
    this.#end += written
    return written
  }

  #writeBytes(source: Uint8Array): number {
    if (!this.#fits(source.length)) return -1
    this.#slab.bytes.set(source, this.#end)
    this.#end += source.length
    return source.length
  }
}
