import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFullCheck } from '../../workers/full-check.ts'
import { createRecordCheck, type RecordCheck } from '../../workers/record-check.ts'
import type { RecordSchema } from '../../workers/validation-schema.ts'

type Value = Readonly<Record<string, unknown>>

const names = ['a', 'b', "it's", '"\\', 'constructor']
const types = ['string', 'integer', 'number', 'boolean', 'null'] as const
const scalar = fc.constantFrom<object>(...types.map(type => ({ type })), { type: 'string', minLength: 1 })
const union = fc.array(scalar, { minLength: 1, maxLength: 3 }).map(anyOf => ({ anyOf }))
const fields = fc.dictionary(fc.constantFrom(...names), fc.oneof(scalar, union), { noNullPrototype: true })
const contents = fc.constantFrom(undefined, null, '', 'x', 0, 1.5, NaN, Infinity, false, [], {})
const records = fc.array(fc.dictionary(fc.constantFrom(...names, 'other'), contents, { noNullPrototype: true }))

const schemaOf = (properties: RecordSchema['properties'], required: readonly string[] = [], rest: object = {}) => ({
  type: 'object' as const,
  properties,
  required,
  additionalProperties: true,
  ...rest
})

/** Without those fields for which the validator has a word of its own, or which are missing there. */
function reasonsOf(check: RecordCheck, value: Value): ReadonlyMap<string, readonly string[]> {
  const told = [...check.reasons(value)].filter(([name]) => value[name] !== undefined && !isInfinite(value[name]))
  return new Map(told.map(([name, reasons]) => [name, [...reasons]]))
}

function isInfinite(content: unknown): boolean {
  return typeof content === 'number' && !Number.isFinite(content)
}

function expectSame(schema: RecordSchema, values: readonly Value[]): void {
  const [own, full] = [createRecordCheck(schema), createFullCheck(schema)]
  for (const value of values) {
    expect(own.isGood(value)).toBe(full.isGood(value))
    expect(reasonsOf(own, value)).toEqual(reasonsOf(full, value))
  }
}

test('a schema of types is checked as TypeBox and Ajv check it, and for the same reasons', () => {
  fc.assert(
    fc.property(fields, fc.subarray(names), records, (properties, asked, values) => {
      const required = asked.filter(name => Object.hasOwn(properties, name))
      expectSame(schemaOf(properties, required), values)
    })
  )
})

describe('nothing is overlooked of a schema', () => {
  const text = { type: 'string' }

  test.each<[string, RecordSchema]>([
    ['that refuses other fields', schemaOf({ a: text }, [], { additionalProperties: false })],
    ['that asks for a field of which it says nothing', schemaOf({ a: text }, ['b'])],
    ['with more than types', schemaOf({ a: { type: 'string', pattern: 'x' } })],
    ['without fields', schemaOf({})]
  ])('%s', (_, schema) => expectSame(schema, [{}, { a: 'x' }, { a: 'y', b: 1 }]))
})
