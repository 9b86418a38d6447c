import { skipNumber } from '../json-tokens.ts'

const MINUS = 0x2d
const ZERO = 0x30
/** So many digits are an integer that a double holds exactly. */
const EXACT_DIGITS = 15

/** `true`, `false` and `null`: their first four bytes, what is left of them, and what they are. */
const TRUE = wordOf('true')
const FALS = wordOf('fals')
const NULL = wordOf('null')
const LETTER_E = 0x65

/** Reads scalar values that are no strings. */
export class ScalarReader {
  /** The last one read. */
  value: number | boolean | null = null

  /** Answers the place behind the value that begins at `at`, or -1 if none does. `at` is before `end`. */
  read(view: DataView, bytes: Buffer, at: number, end: number): number {
    const byte = view.getUint8(at)
    return byte > 0x39 ? this.#word(view, at, end) : this.#number(view, bytes, at, end)
  }

  #number(view: DataView, bytes: Buffer, at: number, end: number): number {
    const isNegative = view.getUint8(at) === MINUS
    const first = isNegative ? at + 1 : at
    let value = 0
    let place = first
    for (; place < end; place++) {
      const digit = view.getUint8(place) - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    const digits = place - first
    const isSimple = digits > 0 && digits <= EXACT_DIGITS && (digits === 1 || view.getUint8(first) !== ZERO)
    if (!isSimple || (place < end && goesOn(view.getUint8(place)))) return this.#anyNumber(bytes, at, end)
    this.value = isNegative ? -value : value
    return place
  }

  /** JavaScript reads a text of JSON's grammar as JSON.parse does. */
  #anyNumber(bytes: Buffer, at: number, end: number): number {
    const after = skipNumber(bytes, at, end)
    if (after < 0) return -1
    this.value = Number(bytes.latin1Slice(at, after))
    return after
  }

  #word(view: DataView, at: number, end: number): number {
    if (at + 4 > end) return -1
    const word = view.getInt32(at, true)
    if (word === FALS) {
      this.value = false
      return at + 5 <= end && view.getUint8(at + 4) === LETTER_E ? at + 5 : -1
    }
    if (word !== TRUE && word !== NULL) return -1
    this.value = word === TRUE ? true : null
    return at + 4
  }
}

/** With a fraction or an exponent. */
function goesOn(byte: number): boolean {
  return byte === 0x2e || (byte | 0x20) === LETTER_E
}

function wordOf(letters: string): number {
  return Buffer.from(letters).readInt32LE(0)
}
