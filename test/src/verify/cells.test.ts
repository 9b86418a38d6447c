import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cells, sizeOf } from '../../../src/verify/cells.ts'

const ranges = fc.array(
  fc.tuple(fc.nat(100), fc.nat(3000)).map(([from, size]) => ({ topic: 'in', partition: 0, from, to: from + size })),
  { minLength: 1, maxLength: 5 }
)

test('windows follow one another, hold every offset once and no more of them than may be, unless they are one cell', () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 5000 }), (ranges, positionsAtOnce) => {
      const cells = new Cells(ranges, positionsAtOnce)
      const seen = ranges.map(({ from }) => from)
      let windows = 0
      for (let first = 0; first < cells.count; windows++) {
        const end = cells.windowEnd(first, positionsAtOnce)
        const slices = cells.slices(first, end)
        expect(sizeOf(slices)).toBe(cells.sizeOf(first, end))
        if (end > first + 1) expect(sizeOf(slices)).toBeLessThanOrEqual(positionsAtOnce)
        slices.forEach(({ from, to }, range) => {
          expect(from).toBe(seen[range])
          for (const offset of from < to ? [from, to - 1] : []) {
            expect(cells.of(range, offset)).toBeGreaterThanOrEqual(first)
            expect(cells.of(range, offset)).toBeLessThan(end)
          }
          seen[range] = to
        })
        first = end
      }
      expect(seen).toEqual(ranges.map(({ to }) => to))
      expect(cells.windowsFrom(0, positionsAtOnce)).toBe(windows)
    })
  )
})

test('offsets outside of a range are before its first cell or behind its last one', () => {
  const cells = new Cells([{ topic: 'in', partition: 0, from: 10, to: 20 }], 100)
  expect([cells.of(0, 9), cells.of(0, 10), cells.of(0, 19), cells.of(0, 20)]).toEqual([-1, 0, 9, cells.count])
})

test('a window is a small part even of billions of offsets', () => {
  const cells = new Cells([{ topic: 'in', partition: 0, from: 0, to: 4_000_000_000 }], 8_000_000)
  expect(cells.sizeOf(0, cells.windowEnd(0, 8_000_000))).toBeLessThanOrEqual(8_000_000)
})
