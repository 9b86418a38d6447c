import { expect, test } from 'vitest'
import { tableLines } from '../../../../src/cli/topics/table.ts'

const columns = [{ heading: 'topic', isText: true }, { heading: 'role', isText: true }, { heading: 'count' }] as const
const rows = [
  ['user-login', 'input', '6'],
  ['user-login-dlq', 'dead-letters', '1,000']
]

test('columns are as wide as what is in them, numbers to the right', () => {
  expect(tableLines(columns, rows, 80)).toEqual([
    '  topic           role          count',
    '  user-login      input             6',
    '  user-login-dlq  dead-letters  1,000'
  ])
})

test('where it is wider than the terminal, each row is a block', () => {
  expect(tableLines(columns, rows.slice(1), 37)).toHaveLength(2)
  expect(tableLines(columns, rows.slice(1), 36)).toEqual([
    '  user-login-dlq',
    '    role   dead-letters',
    '    count  1,000'
  ])
})
