import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { ANY_FIELD, reasonsByField } from '../../workers/validation-reasons.ts'

function reasons(schema: object, value: unknown) {
  const validate = new Ajv({ allErrors: true, strict: false }).compile({ type: 'object', properties: { a: schema } })
  validate(value)
  return [...(reasonsByField(validate.errors ?? []).get('a') ?? [])]
}

describe('the reason of', () => {
  test.each([
    ['a wrong type', { type: 'string' }, 1, ['wrong-type']],
    ['a number too small', { minimum: 1 }, 0, ['out-of-range']],
    ['a number that is not among the multiples', { multipleOf: 2 }, 3, ['out-of-range']],
    ['a text too long', { maxLength: 1 }, 'xy', ['wrong-length']],
    ['a list too short', { minItems: 1 }, [], ['wrong-length']],
    ['a text of another form', { pattern: '^x' }, 'y', ['wrong-format']],
    ['a value not listed', { enum: ['x'] }, 'y', ['not-allowed']],
    [
      'a union of which nothing fits is said once',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      1,
      ['wrong-type']
    ],
    ['a union says nothing of its members', { anyOf: [{ minLength: 3 }, { type: 'null' }] }, 'y', ['wrong-type']],
    ['several failures is named for each', { minLength: 3, pattern: '^x' }, 'y', ['wrong-length', 'wrong-format']],
    ['the same failure twice is named once', { items: { type: 'string' } }, [1, 2], ['wrong-type']]
  ])('%s', (_, schema, value, expected) => {
    expect(reasons(schema, { a: value })).toEqual(expected)
  })
})

test('a field whose name has a slash or a tilde keeps it', () => {
  const validate = new Ajv({ strict: false }).compile({ properties: { 'a/b~c': { type: 'string' } } })
  validate({ 'a/b~c': 1 })
  expect([...reasonsByField(validate.errors ?? []).keys()]).toEqual(['a/b~c'])
})

test('a field that the schema does not know is not named', () => {
  const validate = new Ajv({ allErrors: true }).compile({ type: 'object', additionalProperties: false })
  validate({ secret: 1, other: 2 })
  expect([...reasonsByField(validate.errors ?? [])]).toEqual([[ANY_FIELD, new Set(['unexpected-field'])]])
})
