import Type from 'typebox'
import { expect, test } from 'vitest'
import { applySettings } from '../../workers/validation-schema.ts'

const schema = Type.Object({ a: Type.String({ minLength: 3 }), b: Type.Optional(Type.String()), c: Type.Number() })

test('required fields are those of the settings, and may not be empty', () => {
  expect(applySettings({ schema, requiredFields: ['a', 'b'], extraFields: 'drop' })).toEqual({
    type: 'object',
    properties: { a: { type: 'string', minLength: 3 }, b: { type: 'string', minLength: 1 }, c: { type: 'number' } },
    required: ['a', 'b'],
    additionalProperties: true
  })
})

test('only reject closes the schema', () => {
  const closed = applySettings({ schema, requiredFields: [], extraFields: 'reject' })
  expect(closed).toMatchObject({ additionalProperties: false, required: [] })
  expect(applySettings({ schema, requiredFields: [], extraFields: 'keep' })).toMatchObject({
    additionalProperties: true
  })
})

test("the pipeline's own schema is left as it is", () => {
  const before = JSON.stringify(schema)
  applySettings({ schema, requiredFields: ['b', 'c'], extraFields: 'reject' })
  expect(JSON.stringify(schema)).toBe(before)
})
