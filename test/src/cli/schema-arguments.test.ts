import { expect, test } from 'vitest'
import { readSchemaArguments } from '../../../src/cli/schema-arguments.ts'

test('a command, and maybe a subject', () => {
  expect(readSchemaArguments(['register'])).toEqual({ action: 'register', subject: undefined })
  expect(readSchemaArguments(['check', '--subject', 's'])).toEqual({ action: 'check', subject: 's' })
})

test('help is shown where nothing is asked for', () => {
  expect(readSchemaArguments([])).toBeUndefined()
  expect(readSchemaArguments(['show', '--help'])).toBeUndefined()
})

test.each([
  [['delete'], "there is no 'schema delete'"],
  [['show', 'more'], "schema show takes no 'more'"],
  [['show', '--all'], '--all']
])('%j is refused', (args, message) => {
  expect(() => readSchemaArguments(args)).toThrow(message)
})
