import fc from 'fast-check'
import { expect, test } from 'vitest'
import { percentile, spreadOf } from '../../../src/benchmark/statistics.ts'

test('a percentile is the smallest value that this share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  expect([50, 99, 99.9, 100].map(share => percentile(hundred, share))).toEqual([50, 99, 100, 100])
})

test('at least the share of all values lies at or below its percentile', () => {
  const values = fc.array(fc.integer(), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (unsorted, share) => {
      const sorted = unsorted.toSorted((a, b) => a - b)
      const limit = percentile(sorted, share)
      const below = sorted.filter(value => value <= limit).length
      return below * 100 >= share * sorted.length && sorted.includes(limit)
    })
  )
})

test('of nothing there is no percentile', () => {
  expect(percentile([], 50)).toBeNaN()
})

test('a spread does not depend on the order of the runs', () => {
  expect(spreadOf([9, 100, 10])).toEqual({ median: 10, lowest: 9, highest: 100 })
})

test('between two runs the median is half way', () => {
  expect(spreadOf([30, 10]).median).toBe(20)
})
