import { decodeString, findLoneSurrogate, isDigit, skipLiteral, skipNumber, skipString } from './json-tokens.ts'
import { sequenceLength } from './utf8.ts'

export type JsonProblemReason = 'not-utf8' | 'not-json' | 'too-deep' | 'duplicate-key' | 'lone-surrogate'

export interface JsonProblem {
  readonly reason: JsonProblemReason
  /** Counted from the start of the text; its length where the text ends too early. */
  readonly byte: number
}

export interface ScanRules {
  /** Levels of objects and arrays; the outermost is level 1. */
  readonly maxDepth: number
  readonly rejectDuplicateKeys?: boolean
  /** Fields of the outermost object whose text may not hold half of a surrogate pair. */
  readonly wellFormedFields?: ReadonlySet<string>
}

/**
 * The first problem of a JSON text (RFC 8259) in byte order, or `undefined` if it has none.
 *
 * It accepts exactly what `JSON.parse` accepts of strictly decoded UTF-8, but says where a text goes wrong without
 * quoting it: an engine's own message holds a piece of the record. It keeps its own stack, so depth can't overflow it.
 */
export function scanJson(bytes: Buffer, start: number, end: number, rules: ScanRules): JsonProblem | undefined {
  return new JsonScanner(bytes, start, end, rules).scan()
}

/** What may come next. */
const VALUE = 0
const FIRST_ELEMENT = 1
const FIRST_KEY = 2
const KEY = 3
const COLON = 4
const COMMA_OR_CLOSE = 5
const END = 6

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

class JsonScanner {
  readonly #bytes: Buffer
  readonly #start: number
  readonly #end: number
  readonly #rules: ScanRules
  readonly #wellFormedFields: ReadonlySet<string>
  /** The closing byte of each open object and array. */
  readonly #closers: number[] = []
  /** For each open object its keys so far, where duplicates are refused. */
  readonly #keys: Set<string>[] = []
  #at: number
  #next = VALUE
  #problem: JsonProblem | undefined
  /** Whether the key last read names one of the well-formed fields. */
  #isWellFormedField = false

  constructor(bytes: Buffer, start: number, end: number, rules: ScanRules) {
    this.#bytes = bytes
    this.#start = start
    this.#at = start
    this.#end = end
    this.#rules = rules
    this.#wellFormedFields = rules.wellFormedFields ?? new Set()
  }

  scan(): JsonProblem | undefined {
    while (this.#problem === undefined) {
      this.#skipBlanks()
      if (this.#at === this.#end) {
        if (this.#next !== END) this.#unexpected()
        break
      }
      this.#token(this.#bytes[this.#at])
    }
    return this.#problem
  }

  #token(byte: number): void {
    if (this.#next === VALUE) this.#value(byte)
    else if (this.#next === FIRST_ELEMENT && byte !== CLOSE_ARRAY) this.#value(byte)
    else if (this.#next === COMMA_OR_CLOSE) this.#commaOrClose(byte)
    else if (this.#next === FIRST_ELEMENT || (this.#next === FIRST_KEY && byte === CLOSE_OBJECT)) this.#close()
    else if (this.#next === COLON && byte === 0x3a) this.#expect(VALUE)
    else if ((this.#next === KEY || this.#next === FIRST_KEY) && byte === QUOTE) this.#key()
    else this.#unexpected()
  }

  #value(byte: number): void {
    if (byte === OPEN_OBJECT) this.#open(CLOSE_OBJECT, FIRST_KEY)
    else if (byte === OPEN_ARRAY) this.#open(CLOSE_ARRAY, FIRST_ELEMENT)
    else if (byte === QUOTE) this.#stringValue()
    else if (byte === MINUS || isDigit(byte)) this.#endValue(skipNumber(this.#bytes, this.#at, this.#end))
    else this.#endValue(skipLiteral(this.#bytes, this.#at, this.#end))
  }

  #open(closer: number, next: number): void {
    if (this.#closers.length === this.#rules.maxDepth) return this.#fail('too-deep', this.#at)
    this.#closers.push(closer)
    if (closer === CLOSE_OBJECT && this.#rules.rejectDuplicateKeys) this.#keys.push(new Set())
    this.#expect(next)
  }

  #close(): void {
    if (this.#closers.pop() === CLOSE_OBJECT) this.#keys.pop()
    this.#endValue(this.#at + 1)
  }

  #commaOrClose(byte: number): void {
    const closer = this.#closers[this.#closers.length - 1]
    if (byte === closer) this.#close()
    else if (byte === COMMA) this.#expect(closer === CLOSE_OBJECT ? KEY : VALUE)
    else this.#unexpected()
  }

  #key(): void {
    const quote = this.#at
    if (!this.#moveTo(skipString(this.#bytes, quote, this.#end))) return
    this.#next = COLON
    const matters = this.#rules.rejectDuplicateKeys || (this.#closers.length === 1 && this.#wellFormedFields.size > 0)
    if (!matters) return
    const key = decodeString(this.#bytes, quote, this.#at)
    this.#isWellFormedField = this.#closers.length === 1 && this.#wellFormedFields.has(key)
    if (!this.#rules.rejectDuplicateKeys) return
    const keys = this.#keys[this.#keys.length - 1]
    if (keys.has(key)) this.#fail('duplicate-key', quote)
    keys.add(key)
  }

  #stringValue(): void {
    const quote = this.#at
    this.#endValue(skipString(this.#bytes, quote, this.#end))
    if (!this.#isWellFormedField || this.#closers.length !== 1 || this.#problem !== undefined) return
    const lone = findLoneSurrogate(this.#bytes, quote, this.#at)
    if (lone >= 0) this.#fail('lone-surrogate', lone)
  }

  /** Takes what a `skip...` answered as the end of a value. */
  #endValue(place: number): void {
    if (this.#moveTo(place)) this.#next = this.#closers.length === 0 ? END : COMMA_OR_CLOSE
  }

  #moveTo(place: number): boolean {
    this.#at = place < 0 ? ~place : place
    if (place < 0) this.#unexpected()
    return place >= 0
  }

  #expect(next: number): void {
    this.#at++
    this.#next = next
  }

  #skipBlanks(): void {
    while (this.#at < this.#end && isBlank(this.#bytes[this.#at])) this.#at++
  }

  /** The byte here can't stand here; where it isn't even UTF-8, that is the nearer truth. */
  #unexpected(): void {
    const isHigh = this.#at < this.#end && this.#bytes[this.#at] >= 0x80
    const isUtf8 = !isHigh || sequenceLength(this.#bytes, this.#at, this.#end) > 0
    this.#fail(isUtf8 ? 'not-json' : 'not-utf8', this.#at)
  }

  #fail(reason: JsonProblemReason, at: number): void {
    this.#problem = { reason, byte: at - this.#start }
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
