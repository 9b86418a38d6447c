import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLargeParser, LARGE_JSON_BYTES, loadSimdjson, type ParseJson } from '../../workers/large-json.ts'
import { tryLargeJson } from '../../workers/large-json-trial.ts'
import { createJsonParser } from '../../workers/parse.ts'
import { jsonTestSuite } from '../corpus/json-test-suite.ts'
import { jsonTexts } from '../corpus/json-texts.ts'

const simdjson = loadSimdjson()
const jsonParse: ParseJson = text => JSON.parse(text)

/** Whatever there is to be seen of a value: -0, the order of keys, prototypes. */
function traits(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 'minus zero' : value
  const kind = Object.getPrototypeOf(value) === Object.prototype ? 'object' : Array.isArray(value) ? 'array' : 'odd'
  return [kind, Object.keys(value).map(key => [key, traits((value as Record<string, unknown>)[key])])]
}

function outcomeOf(parse: ParseJson, text: string): unknown {
  try {
    return traits(parse(text))
  } catch {
    return 'refused'
  }
}

const nested = (depth: number) => ['['.repeat(depth) + ']'.repeat(depth), '{"a":'.repeat(depth)]

const edges = [
  ['-0', '-0.0', '-0e1', '[-0]', '{"a":-0}', '{"a": -0 }', '{"a":[1,-0,1]}', '{"a":"-0"}', '{"a-0":"2023-09-01"}'],
  ['1e400', '-1e400', '1e-400', '-1e-400', '5e-324', '-1.0e-327', '2.4703282292062327e-324', '1.7976931348623159e308'],
  ['9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551615', '18446744073709551616'],
  ['-9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '0.1e-6', '1E+2'],
  ['{"a":1,"b":2,"a":3}', '{"2":1,"1":2}', '{"":1}', '{"toString":1,"constructor":2}'],
  ['{"__proto__":1}', '{"__proto__":{"x":1}}', '{"a":{"__proto__":null}}', '{"\\u005f_proto__":{"x":1}}'],
  ['"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\ud83d\\ude00"', '"\\uDd1ea"', '{"a\\u0000b":1}', '"\\u0000"'],
  [
    '\ufeff{}',
    '{}\0',
    '\u00a0{}',
    '"\x7f"',
    '"\ufffd"',
    '"\u2028"',
    '',
    ' ',
    '{',
    '{}}',
    '[1,]',
    '01',
    '+1',
    'NaN',
    '1.'
  ],
  [1000, 1023, 1024, 1025, 5000].flatMap(nested)
].flat()

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => JSON.stringify(number)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.integer({ min: -340, max: 320 })
    )
    .map(([whole, fraction, exponent]) => `-${whole}.${fraction}e${exponent}`)
)

const base = '{"id":"a\\nb\\"c","n":[1,-2.5e3,-0,true,null,{"x":{}}],"t":"é😀","__proto__":"\\u00e9"}'
const mutations = fc.array(
  fc.tuple(fc.nat(base.length), fc.constantFrom(...'{}[]",:\\u0ntbf/-+.eE 1\n\t\0\ufeffé'), fc.nat(2)),
  { minLength: 1, maxLength: 4 }
)
/** As a value that was decoded from bytes: without half surrogate pairs. */
const mutated = mutations.map(changes => {
  let text = base
  for (const [at, inserted, removed] of changes) text = text.slice(0, at) + inserted + text.slice(at + removed)
  return text.toWellFormed()
})

const fastJson = fc.json({ maxDepth: 6, stringUnit: 'binary' }).map(text => text.toWellFormed())

describe.skipIf(simdjson === undefined)('LARGE_JSON=simdjson', () => {
  const large = createLargeParser(simdjson!)
  const agrees = (text: string): void => {
    expect(outcomeOf(large, text)).toEqual(outcomeOf(jsonParse, text))
  }

  test('agrees with JSON.parse on the files of JSONTestSuite and on the edges of JSON', () => {
    const texts = [...jsonTestSuite, ...jsonTexts].map(({ bytes }) => bytes.toString())
    for (const text of [...texts, ...edges]) expect(outcomeOf(large, text)).toEqual(outcomeOf(jsonParse, text))
  })

  test('agrees with it on any number', () => {
    fc.assert(
      fc.property(numbers, number => agrees(`{"a":[${number}]}`)),
      { numRuns: 5000 }
    )
  })

  test('agrees with it on any JSON', () => {
    fc.assert(fc.property(fastJson, agrees), { numRuns: 2000 })
  })

  test('agrees with it on what is nearly JSON', () => {
    fc.assert(fc.property(mutated, agrees), { numRuns: 5000 })
  })
})

test.each([
  '{"a":"\\ud800"}',
  '{"a\\u0000":1}',
  '{"__proto__":1}',
  '-0',
  '[-0]',
  '{"a":-0}',
  '{"a": -0}',
  '[1,-0.5]',
  '-1e-327',
  '[-9E-400]'
])('simdjson never sees %s, which it might read otherwise', text => {
  const seen: string[] = []
  const large = createLargeParser(each => {
    seen.push(each)
  })
  expect(large(text)).toEqual(JSON.parse(text))
  expect(seen).toEqual([])
  expect([large('{"a":"2023-09-01","b-0":[0]}'), seen.length]).toEqual([undefined, 1])
})

test('what simdjson refuses is left to JSON.parse, which may take it', () => {
  const refusing = createLargeParser(() => {
    throw new Error('simdjson knows no such number')
  })
  expect(refusing('{"a":1e400}')).toEqual({ a: Infinity })
  expect(() => refusing('{')).toThrow(SyntaxError)
})

describe('a parser of records', () => {
  const seen: string[] = []
  const parseLarge: ParseJson = text => {
    seen.push(text)
    return JSON.parse(text)
  }
  const settings = { maxDepth: 32, rejectDuplicateKeys: false, stringFields: ['id'] }
  const parser = createJsonParser({ ...settings, parseLarge })
  const sized = (bytes: number) => Buffer.from(JSON.stringify({ id: 'x'.repeat(bytes - 9) }))

  test('uses it from LARGE_JSON_BYTES on', () => {
    for (const bytes of [LARGE_JSON_BYTES - 1, LARGE_JSON_BYTES]) {
      const value = sized(bytes)
      expect([value.length, parser.parse(value, 0, value.length)]).toEqual([bytes, { id: 'x'.repeat(bytes - 9) }])
    }
    expect(seen.map(({ length }) => length)).toEqual([LARGE_JSON_BYTES])
  })

  test.skipIf(simdjson === undefined)('has the same outcome with it and without it', () => {
    const large = createJsonParser({ ...settings, parseLarge: createLargeParser(simdjson!) })
    const plain = createJsonParser(settings)
    const padding = 'x'.repeat(LARGE_JSON_BYTES)
    const values = [
      ...edges.map(edge => `{"id":"1","pad":"${padding}","edge":${edge}}`),
      `{"id":"\\ud800","pad":"${padding}"}`,
      `["${padding}"]`,
      `{"id":"1","pad":"${padding}","deep":${'['.repeat(40)}${']'.repeat(40)}}`
    ].map(text => Buffer.from(text))
    values.push(Buffer.from(`{"id":"\xff","pad":"${padding}"}`, 'latin1'))
    for (const value of values) {
      const outcomes = [large, plain].map(each => traits(each.parse(value, 0, value.length)) ?? each.failure)
      expect(outcomes[0]).toEqual(outcomes[1])
    }
  })
})

test('the trial at start finds which one is faster', () => {
  const slow: ParseJson = text => {
    for (let times = 0; times < 10; times++) JSON.parse(text)
    return JSON.parse(text)
  }
  expect(tryLargeJson(slow)).toMatchObject({ isFaster: false })
  expect(tryLargeJson(() => undefined)).toMatchObject({ isFaster: true })
})
