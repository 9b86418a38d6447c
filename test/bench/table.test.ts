import { expect, test } from 'vitest'
import { renderTable } from '../../bench/table.ts'

test('columns are as wide as their widest cell, and numbers stand right', () => {
  const table = renderTable(
    ['step', 'us'],
    [
      ['parse', '0.34'],
      ['a', '12.00']
    ]
  )
  expect(table.split('\n')).toEqual([
    '| step  |    us |',
    '| ----- | ----: |',
    '| parse |  0.34 |',
    '| a     | 12.00 |'
  ])
})
