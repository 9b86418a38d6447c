import type { Header } from '../pipeline.ts'

/**
 * Headers as they lie in an arena, one after the other:
 *
 * ```
 *  name length u32 │ name (UTF-8) │ value length u32 │ value
 * ```
 *
 * A header without a value has become one with an empty value before it gets here, on every transport, because
 * kafka-javascript can't tell the two apart.
 */

/** The bytes that a header with a name and a value of these lengths takes. */
export function headerSize(nameBytes: number, valueBytes: number): number {
  return 8 + nameBytes + valueBytes
}

export function headersSize(headers: readonly Header[]): number {
  let size = 0
  for (const header of headers) size += headerSize(Buffer.byteLength(header.name), header.value.length)
  return size
}

/** Writes one header at `at`, which must have room for it; answers where the next one goes. */
export function writeHeader(bytes: Buffer, at: number, name: string, value: Uint8Array): number {
  const nameBytes = bytes.write(name, at + 4)
  bytes.writeUInt32LE(nameBytes, at)
  at += 4 + nameBytes
  bytes.writeUInt32LE(value.length, at)
  bytes.set(value, at + 4)
  return at + 4 + value.length
}

/** Reads the headers between two places. Their values are views of `bytes`, not copies. */
export function readHeaders(bytes: Buffer, start: number, end: number): Header[] {
  const headers: Header[] = []
  let at = start
  while (at < end) {
    const nameEnd = at + 4 + bytes.readUInt32LE(at)
    const valueEnd = nameEnd + 4 + bytes.readUInt32LE(nameEnd)
    headers.push({ name: bytes.toString('utf8', at + 4, nameEnd), value: bytes.subarray(nameEnd + 4, valueEnd) })
    at = valueEnd
  }
  return headers
}
