import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LARGE_JSON_BYTES } from '../../workers/large-json.ts'
import { createJsonParser, type JsonParser, type JsonParserSettings } from '../../workers/parse.ts'
import {
  anyLayout,
  anyValue,
  learnableLayout,
  blanks,
  countOpen,
  simpleValue,
  writeLayout
} from '../fixtures/json-layouts.ts'

const defaults: JsonParserSettings = { maxDepth: 32, rejectDuplicateKeys: false, stringFields: ['id'] }

/** What a parser makes of a text that stands among others in shared memory. */
function parse(parser: JsonParser, text: string | Buffer) {
  const bytes = Buffer.concat([Buffer.from('{"a'), Buffer.from(text), Buffer.from('":1}')])
  const shared = Buffer.from(new SharedArrayBuffer(bytes.length))
  bytes.copy(shared)
  const value = parser.parse(shared, 3, shared.length - 4)
  return { value, failure: value === undefined ? parser.failure : undefined, order: JSON.stringify(value) }
}

/** A parser that has seen nothing takes the slow path. */
function parsedAfresh(settings: JsonParserSettings, text: string | Buffer) {
  const parser = createJsonParser(settings)
  const parsed = parse(parser, text)
  expect(parser.plain).toBe(false)
  return parsed
}

describe.each([false, true])('with REJECT_DUPLICATE_KEYS %s', rejectDuplicateKeys => {
  const settings = { ...defaults, rejectDuplicateKeys }

  test('whatever records came before, each is what it would be alone, and plain only if its strings are', () => {
    const laidOut = fc.tuple(fc.oneof(learnableLayout, anyLayout), blanks)
    const stream = fc.array(laidOut, { minLength: 1, maxLength: 3 }).chain(layouts => {
      const record = fc.constantFrom(...layouts).chain(([layout, between]) => {
        const open = countOpen(layout)
        const value = fc.oneof({ weight: 20, arbitrary: simpleValue }, anyValue)
        const change = fc.oneof(
          { weight: 7, arbitrary: fc.constant(null) },
          fc.record({ at: fc.nat(), byte: fc.nat(255) })
        )
        return fc.tuple(fc.array(value, { minLength: open, maxLength: open }), change).map(([values, changed]) => {
          const text = writeLayout(layout, values, between)
          if (changed !== null) text[changed.at % text.length] = changed.byte
          return text
        })
      })
      return fc.array(record, { maxLength: 12 })
    })
    let plain = 0
    fc.assert(
      fc.property(stream, texts => {
        const parser = createJsonParser(settings)
        for (const text of texts) {
          const parsed = parse(parser, text)
          expect(isDeepStrictEqual(parsed, parsedAfresh(settings, text))).toBe(true)
          if (!parser.plain) continue
          plain++
          for (const string of stringsOf(parsed.value)) expect(string).toMatch(/^[ !#-[\]-\x7f]*$/)
        }
      }),
      { numRuns: 300 }
    )
    expect(plain).toBeGreaterThan(100)
  })
})

test('a record of a known layout is plain, the first one and unusual ones are not', () => {
  const parser = createJsonParser(defaults)
  const plain = ['"x"', '"y"', '1', '"é"', '"z"', String.raw`"\n"`, '""', '1e5', '"1', 'true'].map(value => {
    parse(parser, `{"id":${value}}`)
    return parser.plain
  })
  expect(plain).toEqual([false, true, true, false, true, false, true, true, false, true])
})

test('a record as large as those that another parser may take is left to it', () => {
  const seen: number[] = []
  const parseLarge = (text: string) => {
    seen.push(text.length)
    return JSON.parse(text) as unknown
  }
  const parser = createJsonParser({ ...defaults, parseLarge })
  const record = (length: number) => `{"id":"${'x'.repeat(length - 9)}"}`
  const [below, at] = [LARGE_JSON_BYTES - 1, LARGE_JSON_BYTES]
  const plain = [below, below, at, below].map(length => {
    expect(parse(parser, record(length)).value).toEqual({ id: 'x'.repeat(length - 9) })
    return parser.plain
  })
  expect([plain, seen]).toEqual([[false, true, false, true], [at]])
})

test.each([
  ['two fields of the same name', '{"id":"x","id":"y"}', { rejectDuplicateKeys: true }],
  ['too many levels', '{"id":{"a":{}}}', { maxDepth: 2 }],
  ['a lone surrogate', String.raw`{"id":"\ud800"}`, {}],
  ['no object', '[1]', {}]
])('what is refused is not learned: %s', (_, text, given) => {
  const parser = createJsonParser({ ...defaults, ...given })
  const [first, ...others] = [1, 2, 3].map(() => parse(parser, text))
  expect(first.failure).toBeDefined()
  expect(others).toEqual([first, first])
})

test('the object of one record is not that of another', () => {
  const parser = createJsonParser(defaults)
  const [, second, third] = [1, 2, 3].map(() => parse(parser, '{"id":{"list":[]}}').value as { id: { list: number[] } })
  second.id.list.push(1)
  expect(third).toEqual({ id: { list: [] } })
  expect(parse(parser, '{"id":{"list":[]}}').value).toEqual({ id: { list: [] } })
})

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}
