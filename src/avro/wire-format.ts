import type { Header } from '../pipeline.ts'
import type { Slab } from '../slabs/slab.ts'

/**
 * How a record names the schema that it was written with, as Confluent's serializers write it:
 *
 * ```
 *  0 │ id u32, big-endian            5 bytes │ Avro …      before the value
 *  1 │ GUID                         17 bytes │ Avro …      before the value
 *  the same 5 or 17 bytes in the header `__value_schema_id`, and then the value is Avro from its first byte on
 * ```
 */
export const SCHEMA_ID_HEADER = '__value_schema_id'

/** The number of a schema in a registry, or its GUID as 32 hexadecimal digits. */
export type SchemaKey = number | string

const ID_FORM = 0
const GUID_FORM = 1
/** What stands before the Avro bytes of a value with a number. */
export const PREFIX_BYTES = 5
const GUID_BYTES = 16

const HEADER_NAME = Buffer.from(SCHEMA_ID_HEADER)

/** Reads where a record's schema is named, and nothing else of it. One object for all records. */
export class SchemaPointer {
  key: SchemaKey = -1
  /** Where the Avro bytes begin. */
  start = 0
  /** It stood in a header. */
  inHeader = false

  /** Answers false if the record names no schema. */
  read(slab: Slab, record: number): boolean {
    const { bytes, keyEnd, valueEnd, headersEnd } = slab
    const valueStart = keyEnd[record]
    const header = headersEnd[record] > valueEnd[record] ? this.#findHeader(slab, record) : -1
    this.inHeader = header >= 0
    if (header < 0) return this.#readAt(bytes, valueStart, valueEnd[record], false)
    const length = bytes.readUInt32LE(header - 4)
    const named = this.#readAt(bytes, header, header + length, true)
    this.start = valueStart
    return named
  }

  #readAt(bytes: Buffer, at: number, end: number, exactly: boolean): boolean {
    this.start = endOfName(bytes, at, end)
    if (this.start < 0 || (exactly && this.start < end)) return false
    this.key = keyAt(bytes, at, this.start)
    return true
  }

  /** Where the value of the header begins, the last of its name; -1 if there is none. */
  #findHeader({ bytes, valueEnd, headersEnd }: Slab, record: number): number {
    let found = -1
    let at = valueEnd[record]
    while (at < headersEnd[record]) {
      const nameLength = bytes.readUInt32LE(at)
      const name = at + 4
      const value = name + nameLength + 4
      if (nameLength === HEADER_NAME.length && HEADER_NAME.equals(bytes.subarray(name, name + nameLength)))
        found = value
      at = value + bytes.readUInt32LE(value - 4)
    }
    return found
  }
}

/** The same of a record as an object; undefined if it names no schema. */
export function schemaKeyOf(value: Uint8Array, headers: readonly Header[]): SchemaKey | undefined {
  const header = headers.findLast(({ name }) => name === SCHEMA_ID_HEADER)
  const { buffer, byteOffset, length } = header?.value ?? value
  const bytes = Buffer.from(buffer, byteOffset, length)
  const end = endOfName(bytes, 0, length)
  return end < 0 || (header !== undefined && end < length) ? undefined : keyAt(bytes, 0, end)
}

/** Of the name of a schema that begins at `at`; -1 if there is none. */
function endOfName(bytes: Buffer, at: number, end: number): number {
  if (at === end || bytes[at] > GUID_FORM) return -1
  const nameEnd = at + (bytes[at] === GUID_FORM ? 1 + GUID_BYTES : PREFIX_BYTES)
  return nameEnd > end ? -1 : nameEnd
}

function keyAt(bytes: Buffer, at: number, end: number): SchemaKey {
  return bytes[at] === GUID_FORM ? bytes.hexSlice(at + 1, end) : bytes.readUInt32BE(at + 1)
}

/** Writes what stands before the Avro bytes; answers where they begin. There must be room for `PREFIX_BYTES`. */
export function writePrefix(bytes: Buffer, at: number, id: number): number {
  bytes[at] = ID_FORM
  bytes.writeUInt32BE(id, at + 1)
  return at + PREFIX_BYTES
}

/** `0123…` as registries write it: 8-4-4-4-12. */
export function formatGuid(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
