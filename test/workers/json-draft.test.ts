import fc from 'fast-check'
import fastJsonStringify from 'fast-json-stringify'
import { Type, type TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import { ProcessedLogin } from '../../pipelines/user-login/schema.ts'
import type { ObjectSchema } from '../../src/pipeline.ts'
import { readRow } from '../../src/slabs/reader.ts'
import { RowWriter } from '../../src/slabs/rows.ts'
import { JsonOutput } from '../../workers/codecs/json.ts'
import { compileDraft } from '../../workers/json-draft.ts'
import { createSerializer } from '../../workers/serialize.ts'
import { slabWith } from '../fixtures/run-probe.ts'

/** What a row holds once the value is written, or that writing threw. */
function written(schema: ObjectSchema, value: object): string {
  const slab = slabWith([{ value: '{}' }])
  const rows = new RowWriter(slab)
  rows.begin(0)
  rows.open(0, 0)
  try {
    new JsonOutput(createSerializer(schema, schema, false), compileDraft(schema)).write(rows, value, {})
  } catch {
    return 'threw'
  }
  rows.keep()
  return String(readRow(slab, 0).value)
}

function byFastJsonStringify(schema: ObjectSchema, value: object): string {
  try {
    return (fastJsonStringify(JSON.parse(JSON.stringify(schema))) as (value: object) => string)(value)
  } catch {
    return 'threw'
  }
}

const texts = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\0', '\x7f', 'é', 'Ł', '€', '😀', '\ud800', '\udc00') })
)
const types = { string: Type.String(), integer: Type.Integer(), number: Type.Number(), boolean: Type.Boolean() }
const usual = {
  string: texts,
  integer: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.constantFrom(-0, 1e21, -1e300)),
  number: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-0, 5e-324, 1e21)),
  boolean: fc.boolean()
}
const odd = fc.oneof(
  texts,
  fc.double(),
  fc.constantFrom<unknown>(undefined, null, 1.5, -1.5, Number.NaN, Infinity, -Infinity, 5n, true, [], [1], {}, /a"b/),
  fc.date({ noInvalidDate: true }),
  fc.constant({ toJSON: () => 'from toJSON' })
)
const names = fc.constantFrom('a', 'B_2', 'with space', '1', '0', 'constructor', 'é', 'quo"te', 'back\\slash', '`${x}`')

interface FieldGiven {
  readonly name: string
  readonly type: keyof typeof types
  readonly isOptional: boolean
}

const fields = fc.uniqueArray(
  fc.record({
    name: names,
    type: fc.constantFrom(...(Object.keys(types) as (keyof typeof types)[])),
    isOptional: fc.boolean()
  }),
  { selector: ({ name }) => name, maxLength: 6 }
)

function schemaOf(given: readonly FieldGiven[]): ObjectSchema {
  const entry = ({ name, type, isOptional }: FieldGiven): [string, TSchema] => [
    name,
    isOptional ? Type.Optional(types[type]) : types[type]
  ]
  return Type.Object(Object.fromEntries(given.map(entry)))
}

const valuesOf = (given: readonly FieldGiven[], contentOf: (field: FieldGiven) => fc.Arbitrary<unknown>) =>
  fc.record(Object.fromEntries(given.map(field => [field.name, contentOf(field)])), { requiredKeys: [] })

describe('what is written', () => {
  test('is what fast-json-stringify writes, and what it refuses is refused, whatever schema and value are', () => {
    const cases = fields.chain(given =>
      fc.tuple(
        fc.constant(schemaOf(given)),
        fc.oneof(
          valuesOf(given, ({ type }) => usual[type]),
          valuesOf(given, ({ type }) => fc.oneof({ weight: 5, arbitrary: usual[type] }, odd))
        )
      )
    )
    fc.assert(
      fc.property(cases, ([schema, value]) => {
        expect(written(schema, value)).toBe(byFastJsonStringify(schema, value))
      }),
      { numRuns: 1000 }
    )
  })

  test('is what JSON.stringify writes of a login, in the order of the schema', () => {
    const login = fc.record(
      {
        user_id: texts,
        app_version: texts,
        device_type: texts,
        ip: texts,
        locale: texts,
        device_id: texts,
        timestamp: usual.integer,
        event_time: texts,
        processed_at: texts,
        latency_ms: usual.integer
      },
      { requiredKeys: [] }
    )
    fc.assert(
      fc.property(login, value => {
        expect(written(ProcessedLogin, { extra: 'left out', ...value })).toBe(JSON.stringify(value))
      })
    )
  })

  const schema = Type.Object({ a: Type.String(), b: Type.Optional(Type.Integer()) })

  test.each([
    ['null', null as never],
    ['an array', []],
    ['an object with toJSON', { a: 'x', toJSON: () => ({ a: 'y' }) }],
    [
      'a class with getters',
      new (class {
        get a() {
          return 'got'
        }
      })()
    ],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 'bare' })],
    ['fields of the prototype', Object.create({ a: 'inherited' }) as object],
    ['what its getter throws', Object.defineProperty({}, 'a', { get: () => [].at(0)!['x'] })]
  ])('of %s, too', (_, value) => {
    expect(written(schema, value)).toBe(byFastJsonStringify(schema, value))
  })
})

describe('a draft', () => {
  test.each(['plain', 'ä', '漢字 😀', ''])('is what is written where nothing has to be escaped: %j', text => {
    const never = () => expect.unreachable('fast-json-stringify was asked')
    const rows = new RowWriter(slabWith([{ value: '{}' }]))
    rows.begin(0)
    rows.open(0, 0)
    const value = { user_id: text, timestamp: 7, locale: text }
    new JsonOutput(never, compileDraft(ProcessedLogin)).write(rows, value, {})
    expect(rows.rowBytes).toBe(Buffer.byteLength(JSON.stringify(value)))
  })

  test('is made of strings, numbers and booleans, and says where the strings stand', () => {
    const schema = Type.Object({
      n: Type.Number(),
      a: Type.String(),
      yes: Type.Boolean(),
      b: Type.Optional(Type.String())
    })
    const draft = compileDraft(schema)!
    const json = draft.of({ b: 'two', a: 'one', n: 1.5, yes: true })!
    expect(json).toBe('{"n":1.5,"a":"one","yes":true,"b":"two"}')
    expect(stringsOf(json)).toEqual(['one', 'two'])
    expect(draft.strings.quotes).toBe(json.replaceAll(/[^"]/g, '').length)
    expect(stringsOf(draft.of({ a: '', n: 0, yes: false })!)).toEqual([''])

    function stringsOf(text: string): string[] {
      const places = [...draft.strings.spans.subarray(0, draft.strings.spansEnd)]
      return Array.from({ length: places.length / 2 }, (_, at) => text.slice(places[2 * at], places[2 * at + 1]))
    }
  })

  test('is none where a value is not just what the schema says', () => {
    const draft = compileDraft(Type.Object({ a: Type.String(), n: Type.Optional(Type.Integer()) }))!
    expect(draft.of({ a: 'x', n: undefined })).toBe('{"a":"x"}')
    for (const value of [{}, { a: 1 }, { a: null }, { a: 'x', n: 1.5 }, { a: 'x', n: '1' }, { a: 'x', n: null }]) {
      expect(draft.of(value)).toBeUndefined()
    }
  })

  test.each([
    ['a nested object', Type.Object({ a: Type.Object({}) })],
    ['an array', Type.Object({ a: Type.Array(Type.String()) })],
    ['a union', Type.Object({ a: Type.Union([Type.String(), Type.Null()]) })],
    ['a format', Type.Object({ a: Type.String({ format: 'unsafe' }) })],
    ['a default', Type.Object({ a: Type.Optional(Type.String({ default: 'x' })) })],
    ['further fields', Type.Object({ a: Type.String() }, { additionalProperties: Type.String() })],
    ['a name that JSON escapes', Type.Object({ 'a"b': Type.String() })],
    ['a name that is no ASCII', Type.Object({ ä: Type.String() })],
    ['a required field without a schema', Type.Object({}, { required: ['a'] })]
  ])('is not compiled for %s', (_, schema) => {
    expect(compileDraft(schema)).toBeUndefined()
  })
})
