import { scanJson } from './json-scan.ts'
import { decodeString, skipLiteral, skipNumber, skipString } from './json-tokens.ts'

/** A member of a record's object: its name, and where name and value lie among the bytes. */
export interface JsonMember {
  readonly name: string
  readonly nameStart: number
  readonly valueStart: number
  readonly valueEnd: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The members of a JSON object, in order and each time they come; undefined if the bytes are not one, or too deep. */
export function membersOf(bytes: Buffer, start: number, end: number, maxDepth: number): JsonMember[] | undefined {
  if (scanJson(bytes, start, end, { maxDepth }) !== undefined) return undefined
  let at = skipBlanks(bytes, start)
  if (bytes[at] !== OPEN_OBJECT) return undefined
  const members: JsonMember[] = []
  at = skipBlanks(bytes, at + 1)
  while (bytes[at] !== CLOSE_OBJECT) {
    const nameStart = at
    const nameEnd = skipString(bytes, nameStart, end)
    const valueStart = skipBlanks(bytes, skipBlanks(bytes, nameEnd) + 1)
    const valueEnd = skipValue(bytes, valueStart, end)
    members.push({ name: decodeString(bytes, nameStart, nameEnd), nameStart, valueStart, valueEnd })
    at = skipBlanks(bytes, valueEnd)
    if (bytes[at] === COMMA) at = skipBlanks(bytes, at + 1)
  }
  return members
}

/** Of a text that is known to be JSON. Values within values need not be told apart: only brackets are counted. */
function skipValue(bytes: Buffer, start: number, end: number): number {
  let open = 0
  let at = start
  do {
    const byte = bytes[at]
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) open++
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) open--
    at = isBetween(byte) ? at + 1 : skipScalar(bytes, at, end)
  } while (open > 0)
  return at
}

function isBetween(byte: number): boolean {
  const isBracket = byte === OPEN_OBJECT || byte === OPEN_ARRAY || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY
  return isBracket || byte === COMMA || byte === COLON || isBlank(byte)
}

function skipScalar(bytes: Buffer, at: number, end: number): number {
  if (bytes[at] === QUOTE) return skipString(bytes, at, end)
  return bytes[at] >= 0x61 ? skipLiteral(bytes, at, end) : skipNumber(bytes, at, end)
}

function skipBlanks(bytes: Buffer, at: number): number {
  while (isBlank(bytes[at])) at++
  return at
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
