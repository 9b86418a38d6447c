import { sequenceLength } from './utf8.ts'

/*
 * The tokens of JSON over bytes. Each `skip...` gets where its token starts and answers the place after it, or the
 * bitwise complement of the place of the first byte that can't stand there (`end` if the text stops too early).
 */

const QUOTE = 0x22
const MINUS = 0x2d
const ZERO = 0x30
const BACKSLASH = 0x5c
const LETTER_U = 0x75

/** A literal by its first byte. */
const literals = new Map(['true', 'false', 'null'].map(word => [word.charCodeAt(0), Buffer.from(word)]))
const afterBackslash = new Set(Buffer.from('"\\/bfnrt'))

/** From the opening quote. */
export function skipString(bytes: Buffer, quote: number, end: number): number {
  let at = quote + 1
  while (at < end) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte < 0x20) return ~at
    if (byte === BACKSLASH) {
      at = skipEscape(bytes, at, end)
      if (at < 0) return at
    } else if (byte < 0x80) at++
    else {
      const length = sequenceLength(bytes, at, end)
      if (length === 0) return ~at
      at += length
    }
  }
  return ~end
}

function skipEscape(bytes: Buffer, backslash: number, end: number): number {
  const letter = backslash + 1
  if (letter === end) return ~end
  if (afterBackslash.has(bytes[letter])) return letter + 1
  if (bytes[letter] !== LETTER_U) return ~letter
  for (let at = letter + 1; at <= letter + 4; at++) {
    if (at === end || !isHexDigit(bytes[at])) return ~at
  }
  return letter + 5
}

/** From a minus or a digit. */
export function skipNumber(bytes: Buffer, start: number, end: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start
  at = at < end && bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at, end)
  if (at >= 0 && at < end && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1, end)
  if (at >= 0 && at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const isSigned = at + 1 < end && (bytes[at + 1] === 0x2b || bytes[at + 1] === MINUS)
    at = skipDigits(bytes, at + (isSigned ? 2 : 1), end)
  }
  return at
}

/** One digit or more. */
function skipDigits(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(bytes[at])) at++
  return at === start ? ~at : at
}

/** `true`, `false` or `null`. */
export function skipLiteral(bytes: Buffer, start: number, end: number): number {
  const word = literals.get(bytes[start])
  if (word === undefined) return ~start
  for (let letter = 0; letter < word.length; letter++) {
    if (start + letter === end || bytes[start + letter] !== word[letter]) return ~(start + letter)
  }
  return start + word.length
}

/** What a good string says; `"a"` and `"\u0061"` are the same key. */
export function decodeString(bytes: Buffer, quote: number, after: number): string {
  const text = bytes.utf8Slice(quote, after)
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)
}

/** Where a good string has an escape that is half of a surrogate pair without its other half, or -1. */
export function findLoneSurrogate(bytes: Buffer, quote: number, after: number): number {
  let at = quote + 1
  while (at < after) {
    if (bytes[at] !== BACKSLASH) at++
    else if (bytes[at + 1] !== LETTER_U) at += 2
    else if (!isSurrogate(codeUnit(bytes, at))) at += 6
    else if (isPair(bytes, at)) at += 12
    else return at
  }
  return -1
}

function isPair(bytes: Buffer, at: number): boolean {
  const isFollowed = bytes[at + 6] === BACKSLASH && bytes[at + 7] === LETTER_U
  return isFollowed && codeUnit(bytes, at) < 0xdc00 && codeUnit(bytes, at + 6) >> 10 === 0x37
}

function codeUnit(bytes: Buffer, backslash: number): number {
  return Number.parseInt(bytes.latin1Slice(backslash + 2, backslash + 6), 16)
}

function isSurrogate(unit: number): boolean {
  return unit >> 11 === 0x1b
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66)
}
