/**
 * The header of `PROVENANCE_HEADERS=on`, which says what an output row was made of: `topic/partition/offset/row/rows`,
 * row 1 to `rows` of the record that stood there. Topics hold no slash, so it reads back whole.
 *
 * It comes last among a row's headers, behind what the record brought along: of several with this name the last one is
 * ours, and those before it are the way that the record has come, through an earlier pipeline or as a dead letter.
 *
 * How many rows a record has is known only when its last one is written. So the header is written with room for that
 * number, and completed when the record is kept; as nothing follows it, room that is not needed is simply cut off.
 */
export const SOURCE_HEADER = 'millrace.source'

/** What a row says of where it came from. */
export interface Source {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** From 1 on. */
  readonly row: number
  readonly rows: number
}

const NAME_BYTES = SOURCE_HEADER.length
/** Digits of the number of rows; a slab holds thousands. */
const ROWS_DIGITS = 7
const VALUE = /^([\w.-]{1,249})\/(\d{1,10})\/(\d{1,16})\/(\d{1,7})\/(\d{1,7})$/

/** The bytes that the header takes until it is completed. `source` is `topic/partition/offset`. */
export function sourceHeaderSize(source: string, row: number): number {
  return 8 + NAME_BYTES + valueSize(source.length, row)
}

/** Writes it at `at`, with room for the number of rows; answers the place after it. All of it is ASCII. */
export function writeSourceHeader(bytes: Buffer, at: number, source: string, row: number): number {
  const value = at + 8 + NAME_BYTES
  bytes.writeUInt32LE(NAME_BYTES, at)
  bytes.latin1Write(SOURCE_HEADER, at + 4)
  bytes.writeUInt32LE(valueSize(source.length, row), value - 4)
  const text = `${source}/${row}/`
  bytes.latin1Write(text, value)
  return value + text.length + ROWS_DIGITS
}

/** Fills in the number of rows of a header that ends at `end`, and answers by how many bytes it is shorter than that. */
export function completeSourceHeader(
  bytes: Buffer,
  end: number,
  sourceLength: number,
  row: number,
  rows: number
): number {
  const digits = String(rows)
  const spare = ROWS_DIGITS - digits.length
  const size = valueSize(sourceLength, row)
  bytes.latin1Write(digits, end - ROWS_DIGITS)
  bytes.writeUInt32LE(size - spare, end - size - 4)
  return spare
}

/** Reads the value of such a header; undefined where it is none of ours. */
export function parseSource(value: Uint8Array): Source | undefined {
  const match = VALUE.exec(Buffer.from(value.buffer, value.byteOffset, value.length).latin1Slice(0, value.length))
  if (match === null) return undefined
  const [, topic, ...numbers] = match
  const [partition, offset, row, rows] = numbers.map(Number)
  const isPossible = Number.isSafeInteger(offset) && row >= 1 && row <= rows
  return isPossible ? { topic, partition, offset, row, rows } : undefined
}

function valueSize(sourceLength: number, row: number): number {
  return sourceLength + 2 + String(row).length + ROWS_DIGITS
}
