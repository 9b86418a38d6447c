import { isUtf8 } from 'node:buffer'
import type { Reason } from '../src/slabs/outcomes.ts'
import { scanJson, type ScanRules } from './json-scan.ts'
import { LARGE_JSON_BYTES, type ParseJson } from './large-json.ts'
import { Templates } from './templates/templates.ts'

export interface JsonParserSettings {
  /** Levels of objects and arrays; the record's own object is level 1. */
  readonly maxDepth: number
  readonly rejectDuplicateKeys: boolean
  /** Fields of the record whose text may not hold a lone surrogate: two such ids would become the same UTF-8. */
  readonly stringFields: readonly string[]
  /** For values of `LARGE_JSON_BYTES` and more; the same as `JSON.parse`, only faster. */
  readonly parseLarge?: ParseJson | undefined
}

export interface ParseFailure {
  readonly reason: Reason
  /** Counted from the start of the value; -1 where no place can be named. */
  readonly byte: number
}

export interface JsonParser {
  /** The record's object, or `undefined`: then `failure` says why, until the next call. */
  parse(buffer: Buffer, start: number, end: number): Record<string, unknown> | undefined
  readonly failure: ParseFailure
  /** The strings of the last value are ASCII without a character that JSON escapes. */
  readonly plain: boolean
}

/**
 * Parses records with `JSON.parse`, which defines what JSON is here, unless a record has the layout of one that it took
 * before: then nothing is left to parse. Our own scan, ten times slower, runs only where `JSON.parse` failed or where
 * something in the text is suspicious: it knows the reason and the place, and quotes nothing.
 */
export function createJsonParser(settings: JsonParserSettings): JsonParser {
  return new RecordParser(settings)
}

class RecordParser implements JsonParser {
  failure: ParseFailure = { reason: 'none', byte: -1 }
  plain = false
  readonly #rules: ScanRules
  readonly #surrogateRules: ScanRules
  readonly #stringFields: readonly string[]
  readonly #parseLarge: ParseJson | undefined
  readonly #templates = new Templates()

  constructor({ maxDepth, rejectDuplicateKeys, stringFields, parseLarge }: JsonParserSettings) {
    this.#rules = { maxDepth, rejectDuplicateKeys }
    this.#surrogateRules = { maxDepth, wellFormedFields: new Set(stringFields) }
    this.#stringFields = stringFields
    this.#parseLarge = parseLarge
  }

  parse(buffer: Buffer, start: number, end: number): Record<string, unknown> | undefined {
    // Strings of a template are slices that keep their record's text alive: only small texts may be kept like that.
    if (end - start >= LARGE_JSON_BYTES) {
      this.plain = false
      return this.#parseAny(buffer, start, end)
    }
    const matched = this.#templates.match(buffer, start, end)
    this.plain = matched !== undefined
    if (matched !== undefined) return matched
    const value = this.#parseAny(buffer, start, end)
    if (value !== undefined) this.#templates.learn(buffer, start, end)
    return value
  }

  #parseAny(buffer: Buffer, start: number, end: number): Record<string, unknown> | undefined {
    const text = buffer.utf8Slice(start, end)
    let value: unknown
    try {
      value =
        this.#parseLarge !== undefined && end - start >= LARGE_JSON_BYTES ? this.#parseLarge(text) : JSON.parse(text)
    } catch {
      return this.#explain(buffer, start, end)
    }
    if (this.#isSuspicious(text, buffer, start, end)) {
      const problem = scanJson(buffer, start, end, this.#rules)
      if (problem !== undefined) return this.#fail(problem.reason, problem.byte)
    }
    if (!isObject(value)) return this.#fail('not-an-object', text.search(/\S/))
    if (text.includes('\\u') && this.#hasLoneSurrogate(value)) return this.#locateSurrogate(buffer, start, end)
    return value
  }

  /** Whether a text that `JSON.parse` took may still break a rule. Decoding turns what is not UTF-8 into U+FFFD. */
  #isSuspicious(text: string, buffer: Buffer, start: number, end: number): boolean {
    if (this.#rules.rejectDuplicateKeys) return true
    if (text.includes('\ufffd') && !isUtf8(buffer.subarray(start, end))) return true
    return holdsMoreBrackets(text, this.#rules.maxDepth)
  }

  #hasLoneSurrogate(value: Record<string, unknown>): boolean {
    for (const field of this.#stringFields) {
      const content = value[field]
      if (typeof content === 'string' && !content.isWellFormed()) return true
    }
    return false
  }

  #explain(buffer: Buffer, start: number, end: number): undefined {
    const problem = scanJson(buffer, start, end, this.#rules)
    return this.#fail(problem?.reason ?? 'not-json', problem?.byte ?? -1)
  }

  #locateSurrogate(buffer: Buffer, start: number, end: number): undefined {
    return this.#fail('lone-surrogate', scanJson(buffer, start, end, this.#surrogateRules)?.byte ?? -1)
  }

  #fail(reason: Reason, byte: number): undefined {
    this.failure = { reason, byte }
  }
}

/** A text with at most `limit` opening brackets, in strings or not, can't be nested deeper than that. */
function holdsMoreBrackets(text: string, limit: number): boolean {
  let left = limit
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) if (--left < 0) return true
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) if (--left < 0) return true
  return false
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
