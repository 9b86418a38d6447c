import fc from 'fast-check'
import Type, { type TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { describe, expect, test } from 'vitest'
import { typeTest } from '../../../src/schema/type-test.ts'
import { compileValueCheck } from '../../../src/schema/value-check.ts'

const scalars = [
  Type.String(),
  Type.String({ minLength: 1, description: 'a name' }),
  Type.Integer(),
  Type.Number(),
  Type.Boolean(),
  Type.Null()
]
const values = [undefined, null, '', 'x', '\ud800', '😀', 0, -0, 1.5, NaN, Infinity, 2 ** 53, true, [], ['x'], {}, 1n]

describe('a schema of types', () => {
  test('takes the values that TypeBox takes, without it', () => {
    const members = fc.array(fc.constantFrom<TSchema>(...scalars), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(
        members,
        fc.boolean(),
        fc.oneof(fc.constantFrom<unknown>(...values), fc.anything()),
        (all, isOne, value) => {
          const schema = isOne ? all[0] : Type.Union([Type.Union(all), all[0]])
          expect(typeTest(schema, 'value')).toBeDefined()
          expect(compileValueCheck(schema)(value)).toBe(Compile(schema).Check(value))
        }
      )
    )
  })
})

describe('a schema with more than types is left to TypeBox', () => {
  test.each([
    ['a keyword', Type.Integer({ maximum: 9 }), 9, 10],
    ['a text of a length', Type.String({ minLength: 2 }), 'xy', 'x'],
    ['a form', Type.String({ minLength: 1, pattern: '^a' }), 'a', 'b'],
    ['a list of values', Type.Enum(['a']), 'a', 'b'],
    ['one member of a union', Type.Union([Type.String(), Type.Literal(1)]), 1, 2],
    ['a union and a keyword', { anyOf: [{ type: 'string' }], maxLength: 1 }, 'a', 'ab'],
    ['a union of nothing', { anyOf: [] }, undefined, 'a'],
    ['a condition of the program', Type.Refine(Type.String(), text => text === 'a'), 'a', 'b'],
    ['several types', { type: ['string', 'null'] }, null, 1],
    ['what JSON Schema calls types, too', Type.Object({ a: Type.String() }), { a: 'x' }, { a: 1 }],
    ['nothing but true', true as unknown as object, 1, undefined]
  ])('%s', (_, schema, good, bad) => {
    expect(typeTest(schema, 'value')).toBeUndefined()
    if (good !== undefined) expect(compileValueCheck(schema)(good)).toBe(true)
    if (bad !== undefined) expect(compileValueCheck(schema)(bad)).toBe(false)
  })
})
