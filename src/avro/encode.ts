import type { AvroRecordType } from './avsc.ts'
import { recordType } from './record-type.ts'
import { PREFIX_BYTES, writePrefix } from './wire-format.ts'

export interface AvroEncoder {
  /** The value as a record carries it: the schema's number, and Avro behind it. */
  encode(value: object): Buffer
  /** Writes it at `at`; answers where it ends, or -1 if the room up to the end of `bytes` is too small. */
  write(value: object, bytes: Buffer, at: number): number
}

/**
 * Encodes values for a registry that knows `schema` by the number `id`.
 *
 * @example createAvroEncoder(JSON.parse(readFileSync('user_login.avsc', 'utf8')), 1).encode(login)
 */
export function createAvroEncoder(schema: unknown, id: number): AvroEncoder {
  const type = recordType(schema)
  return { encode: value => encode(type, id, value), write: (value, bytes, at) => writeTo(type, id, value, bytes, at) }
}

function encode(type: AvroRecordType, id: number, value: object): Buffer {
  const content = type.toBuffer(value)
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + content.length)
  content.copy(bytes, writePrefix(bytes, 0, id))
  return bytes
}

export function writeTo(type: AvroRecordType, id: number, value: object, bytes: Buffer, at: number): number {
  if (at + PREFIX_BYTES > bytes.length) return -1
  const end = type.encode(value, bytes, writePrefix(bytes, at, id))
  return end < 0 ? -1 : end
}
