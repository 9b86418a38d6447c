import { skipNumber } from '../json-tokens.ts'

const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
/** So many digits are an integer that a double holds exactly; so are the powers of ten below it. */
const EXACT_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS }, (_, power) => Number(`1e${power}`))

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
    let digits = 0
    let point = -1
    let place = first
    for (; place < end; place++) {
      const digit = view.getUint8(place) - ZERO
      if (digit >= 0 && digit <= 9) digits = digits * 10 + digit
      else if (digit === POINT - ZERO && point < 0) point = place
      else break
    }
    const whole = (point < 0 ? place : point) - first
    const fraction = point < 0 ? 0 : place - point - 1
    const isGood = whole > 0 && (whole === 1 || view.getUint8(first) !== ZERO) && (point < 0 || fraction > 0)
    const isSimple = isGood && whole + fraction <= EXACT_DIGITS && !(place < end && isExponent(view.getUint8(place)))
    if (!isSimple) return this.#anyNumber(bytes, at, end)
    // Both are exact, so what one division rounds them to is the nearest double, as JSON.parse has it.
    const value = fraction === 0 ? digits : digits / POWERS_OF_TEN[fraction]
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

function isExponent(byte: number): boolean {
  return (byte | 0x20) === LETTER_E
}

function wordOf(letters: string): number {
  return Buffer.from(letters).readInt32LE(0)
}
