import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanJson } from '../../workers/json-scan.ts'
import { createJsonParser, type JsonParserSettings, type ParseFailure } from '../../workers/parse.ts'
import { jsonTestSuite } from '../corpus/json-test-suite.ts'

const defaults: JsonParserSettings = { maxDepth: 32, rejectDuplicateKeys: false, stringFields: ['id'] }

function parse(text: string | Buffer, settings: Partial<JsonParserSettings> = {}) {
  const parser = createJsonParser({ ...defaults, ...settings })
  const bytes = Buffer.from(text)
  return parser.parse(bytes, 0, bytes.length) ?? parser.failure
}

function failure(reason: ParseFailure['reason'], byte: number): ParseFailure {
  return { reason, byte }
}

test('answers the object', () => {
  expect(parse('{"id":"é","deep":{"list":[1,{}]}}')).toEqual({ id: 'é', deep: { list: [1, {}] } })
})

test('reads just its part of a buffer in shared memory', () => {
  const shared = Buffer.from(new SharedArrayBuffer(64))
  shared.write('????{"id":"x"}????{"id":?}')
  const parser = createJsonParser(defaults)
  expect(parser.parse(shared, 4, 14)).toEqual({ id: 'x' })
  expect(parser.parse(shared, 18, 26)).toBeUndefined()
  expect(parser.failure).toEqual(failure('not-json', 6))
})

test.each(['[]', '[{"id":"x"}]', '"id"', '1', 'true', 'null'])('%s is JSON but no object', text => {
  expect(parse(text)).toEqual(failure('not-an-object', 0))
  expect(parse(` \n${text}`)).toEqual(failure('not-an-object', 2))
})

test('an empty value is not JSON', () => {
  expect(parse('')).toEqual(failure('not-json', 0))
})

test('a byte order mark is not JSON', () => {
  expect(parse('\ufeff{}')).toEqual(failure('not-json', 0))
})

describe('UTF-8', () => {
  test('that is broken is found, although decoding would only replace it', () => {
    expect(parse(Buffer.from('{"id":"\xff"}', 'latin1'))).toEqual(failure('not-utf8', 7))
  })

  test('may hold the replacement character itself', () => {
    expect(parse('{"id":"\ufffd"}')).toEqual({ id: '\ufffd' })
  })

  test('that is broken after broken JSON is not what is wrong first', () => {
    expect(parse(Buffer.from('{"id"?"\xff"}', 'latin1'))).toEqual(failure('not-json', 5))
  })
})

describe('depth', () => {
  const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

  test("the record's own object is level 1 and level 33 is too deep", () => {
    expect(parse(nested(32))).toHaveProperty('a')
    expect(parse(nested(33))).toEqual(failure('too-deep', 36))
  })

  test('10,000 levels are too deep at the 33rd, whether they are closed or not', () => {
    expect(parse(nested(10_000))).toEqual(failure('too-deep', 36))
    expect(parse(nested(10_000).slice(0, 9_000))).toEqual(failure('too-deep', 36))
    expect(parse('['.repeat(10_000))).toEqual(failure('too-deep', 32))
  })

  test('many brackets side by side or in strings are not deep', () => {
    expect(parse(`{"a":[${'{},[],'.repeat(50)}0],"b":"${'{['.repeat(50)}"}`)).toHaveProperty('b')
  })

  test('objects count as arrays do', () => {
    expect(parse('{"a":'.repeat(32) + '1' + '}'.repeat(32))).toHaveProperty('a')
    expect(parse('{"a":'.repeat(33) + '1' + '}'.repeat(33))).toEqual(failure('too-deep', 160))
    expect(parse('{"a":[{}]}', { maxDepth: 2 })).toEqual(failure('too-deep', 6))
  })
})

describe('duplicate keys', () => {
  test('the last one wins', () => {
    expect(parse('{"id":"x","id":"y"}')).toEqual({ id: 'y' })
  })

  test('are refused by setting', () => {
    expect(parse('{"id":"x","id":"y"}', { rejectDuplicateKeys: true })).toEqual(failure('duplicate-key', 10))
    expect(parse('{"id":"x"}', { rejectDuplicateKeys: true })).toEqual({ id: 'x' })
  })
})

describe('lone surrogates', () => {
  test('in a field of the schema are refused, at the escape', () => {
    expect(parse(String.raw`{"id":"ab\udc00"}`)).toEqual(failure('lone-surrogate', 9))
  })

  test('elsewhere are ignored', () => {
    expect(parse(String.raw`{"id":"x","other":"\ud800","\ud800":["\ud800"]}`)).toHaveProperty('id', 'x')
  })

  test('in a duplicate that does not count are ignored', () => {
    expect(parse(String.raw`{"id":"\ud800","id":"x"}`)).toEqual({ id: 'x' })
  })

  test('a pair of them is a character', () => {
    expect(parse(String.raw`{"id":"\ud83d\ude00"}`)).toEqual({ id: '😀' })
  })
})

describe('dangerous keys', () => {
  test('__proto__ and constructor are fields of the record and change no prototype', () => {
    const value = parse('{"__proto__":{"id":"x","isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}')
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(value).not.toHaveProperty('id')
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})

describe('the same outcome on every path', () => {
  const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  /** What the scan refuses is refused; the rest is what JSON.parse makes of it. */
  function expected(bytes: Buffer, rejectDuplicateKeys: boolean): unknown {
    const problem = scanJson(bytes, 0, bytes.length, { maxDepth: 32, rejectDuplicateKeys })
    if (problem !== undefined) return problem
    const text = strictUtf8.decode(bytes)
    const value = JSON.parse(text) as unknown
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? value : failure('not-an-object', text.search(/\S/))
  }

  // Refusing duplicates sends every text through the scan; without it most are only parsed.
  describe.each([false, true])('with REJECT_DUPLICATE_KEYS %s', rejectDuplicateKeys => {
    test.each(jsonTestSuite)('JSONTestSuite $name', ({ bytes }) => {
      expect(parse(bytes, { rejectDuplicateKeys, stringFields: [] })).toEqual(expected(bytes, rejectDuplicateKeys))
    })

    test('any record, sound or with a byte changed', () => {
      const character = fc.constantFrom('a', '"', '\\', '\n', '\0', 'é', '€', '😀', '\ud800', '\ufffd', '{', '[')
      const record = fc.dictionary(fc.string({ unit: character }), fc.jsonValue({ stringUnit: character }))
      fc.assert(
        fc.property(record, fc.nat(), fc.option(fc.integer({ min: 0, max: 255 })), (content, at, change) => {
          const bytes = Buffer.from(JSON.stringify(content))
          if (change !== null) bytes[at % bytes.length] = change
          expect(parse(bytes, { rejectDuplicateKeys, stringFields: [] })).toEqual(expected(bytes, rejectDuplicateKeys))
        }),
        { numRuns: 1000 }
      )
    })
  })
})
