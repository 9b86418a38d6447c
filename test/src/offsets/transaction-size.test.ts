import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TransactionSize } from '../../../src/offsets/transaction-size.ts'

test('whoever is refused is found alone, after about twice the logarithm of the usual size in tries', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.nat(100_000), (most, culprit) => {
      const size = new TransactionSize(most)
      let next = 0
      let refusals = 0
      for (;;) {
        const records = size.records
        expect(records).toBeGreaterThan(0)
        expect(records).toBeLessThanOrEqual(most)
        if (culprit >= next + records) {
          next += records
          size.committed()
          continue
        }
        refusals++
        if (size.refused(records)) break
      }
      expect(next).toBe(culprit)
      const doublings = Math.ceil(Math.log2(most + 1)) + 1
      expect(refusals).toBeLessThanOrEqual(doublings ** 2)
    })
  )
})

test('it narrows by halves, and comes back to the usual size', () => {
  const size = new TransactionSize(8)
  expect([size.narrowed, size.refused(8), size.records, size.narrowed]).toEqual([false, false, 4, true])
  expect([size.refused(3), size.records, size.refused(1), size.records]).toEqual([false, 1, true, 1])
  for (const expected of [2, 4, 8, 8]) {
    size.committed()
    expect(size.records).toBe(expected)
  }
})
