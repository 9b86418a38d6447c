import { expect, test } from 'vitest'
import { Findings } from '../../../src/verify/findings.ts'

const first = { topic: 'in', partition: 0 }
const second = { topic: 'in', partition: 1 }

test('records that follow one another are one stretch, if the same is said of them', () => {
  const findings = new Findings(10)
  for (const offset of [3, 4, 5, 7]) findings.add(first, offset)
  findings.add(second, 8)
  findings.add(second, 9, 'why')
  findings.add(second, 10, 'why')
  expect(findings.records).toBe(7)
  expect(findings.ranges).toEqual([
    { ...first, first: 3, last: 5 },
    { ...first, first: 7, last: 7 },
    { ...second, first: 8, last: 8 },
    { ...second, first: 9, last: 10, detail: 'why' }
  ])
})

test('only so many stretches are kept; what is in none of them is counted', () => {
  const findings = new Findings(2)
  for (const offset of [1, 2, 4, 5, 7, 8, 9]) findings.add(first, offset)
  expect(findings.ranges.map(range => [range.first, range.last])).toEqual([
    [1, 2],
    [4, 5]
  ])
  expect([findings.records, findings.left]).toEqual([7, 3])
})
