import { skipLiteral, skipNumber, skipString } from '../json-tokens.ts'
import type { ArrayShape, Layout, ObjectShape, Shape } from './layout.ts'

/** A text with more values gains little, and its code grows with each. */
const MAX_VALUES = 64
const MAX_LITERAL_BYTES = 4096
const MAX_DEPTH = 8
/** Such a key stands in an object where it stands in the text, and is no more than a name in JavaScript's source. */
const NAME = /^[A-Za-z_$][\w$]{0,63}$/
/** In an object literal it is no field but the prototype. */
const PROTOTYPE = '__proto__'

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The layout of a text that is known to be a JSON object; undefined if it is not one of those that are worth learning. */
export function learnLayout(bytes: Buffer, start: number, end: number): Layout | undefined {
  return new Learner(bytes, start, end).learn()
}

/** Walks over a good text, so that it need not look at what can only be right. */
class Learner {
  readonly #bytes: Buffer
  readonly #end: number
  readonly #literals: Buffer[] = []
  #at: number
  /** Where the literal begins that the walk is in. */
  #literalStart: number
  #literalBytes = 0

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#literalStart = start
    this.#end = end
  }

  learn(): Layout | undefined {
    this.#skipBlanks()
    const shape = this.#object(1)
    if (shape === undefined) return undefined
    this.#endLiteral(this.#end)
    return this.#literalBytes > MAX_LITERAL_BYTES ? undefined : { literals: this.#literals, shape }
  }

  #shape(depth: number): Shape | undefined {
    const byte = this.#bytes[this.#at]
    if (byte === OPEN_OBJECT) return this.#object(depth)
    if (byte === OPEN_ARRAY) return this.#array(depth)
    return this.#value(byte)
  }

  #object(depth: number): ObjectShape | undefined {
    if (depth > MAX_DEPTH) return undefined
    const members = new Map<string, Shape>()
    this.#skipBlanks(1)
    while (this.#bytes[this.#at] !== CLOSE_OBJECT) {
      const name = this.#name()
      // What came twice would be one field in the object.
      if (name === undefined || members.has(name)) return undefined
      const shape = this.#shape(depth + 1)
      if (shape === undefined) return undefined
      members.set(name, shape)
      this.#skipComma()
    }
    this.#at++
    return { members: [...members] }
  }

  #array(depth: number): ArrayShape | undefined {
    if (depth > MAX_DEPTH) return undefined
    const items: Shape[] = []
    this.#skipBlanks(1)
    while (this.#bytes[this.#at] !== CLOSE_ARRAY) {
      const shape = this.#shape(depth + 1)
      if (shape === undefined) return undefined
      items.push(shape)
      this.#skipComma()
    }
    this.#at++
    return { items }
  }

  /** From the quote of a key to where its value begins. */
  #name(): string | undefined {
    const quote = this.#at
    this.#at = skipString(this.#bytes, quote, this.#end)
    const name = this.#bytes.latin1Slice(quote + 1, this.#at - 1)
    this.#skipBlanks()
    this.#skipBlanks(1)
    return NAME.test(name) && name !== PROTOTYPE ? name : undefined
  }

  #value(byte: number): number | undefined {
    const place = this.#literals.length
    if (place === MAX_VALUES) return undefined
    this.#endLiteral(this.#at)
    this.#at = this.#skipValue(byte)
    this.#literalStart = this.#at
    return place
  }

  #skipValue(byte: number): number {
    if (byte === QUOTE) return skipString(this.#bytes, this.#at, this.#end)
    return byte >= 0x61 ? skipLiteral(this.#bytes, this.#at, this.#end) : skipNumber(this.#bytes, this.#at, this.#end)
  }

  #endLiteral(end: number): void {
    this.#literals.push(Buffer.from(this.#bytes.subarray(this.#literalStart, end)))
    this.#literalBytes += end - this.#literalStart
  }

  #skipComma(): void {
    this.#skipBlanks()
    if (this.#bytes[this.#at] === COMMA) this.#skipBlanks(1)
  }

  #skipBlanks(from = 0): void {
    this.#at += from
    while (isBlank(this.#bytes[this.#at])) this.#at++
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
