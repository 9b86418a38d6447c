import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeliveryReport } from '../../../../src/kafka/ports.ts'
import { RowsUnderWay } from '../../../../src/kafka/native/rows-under-way.ts'

const FAILURE = { code: -152, message: 'given up' }

/** Rows of a batch that are handed over, or told, as far as there are any. */
const step = fc.record({
  told: fc.boolean(),
  batch: fc.integer({ min: 1, max: 5 }),
  rows: fc.integer({ min: 0, max: 9 })
})

test('whatever is handed over and told, what is left is what was not told, and each row is told once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const rows = new RowsUnderWay()
      const left = new Map<number, number>()
      for (const [nowMs, { told, batch, rows: count }] of steps.entries()) {
        const known = left.get(batch) ?? 0
        if (!told) {
          rows.add(batch, count, nowMs)
          left.set(batch, known + count)
        } else if (known > 0) {
          rows.take(batch, Math.min(count, known))
          left.set(batch, known - Math.min(count, known))
        }
        expect(rows.outstanding).toBe([...left.values()].reduce((sum, each) => sum + each, 0))
        expect(rows.oldestMs() === undefined).toBe(rows.outstanding === 0)
      }
      const reports: DeliveryReport[] = []
      rows.abandon(FAILURE, report => reports.push(report))
      const expected = [...left].filter(([, count]) => count > 0)
      expect(new Map(reports.map(({ batch, rows: count }) => [batch, count]))).toEqual(new Map(expected))
      expect(reports.every(({ error }) => error === FAILURE)).toBe(true)
      expect([rows.outstanding, rows.oldestMs()]).toEqual([0, undefined])
    })
  )
})

test('the oldest is the batch that was handed over first of those under way', () => {
  const rows = new RowsUnderWay()
  rows.add(1, 2, 100)
  rows.add(2, 1, 200)
  rows.add(1, 1, 300)
  expect(rows.oldestMs()).toBe(100)
  rows.take(1, 3)
  expect(rows.oldestMs()).toBe(200)
  rows.add(1, 1, 400)
  expect(rows.oldestMs()).toBe(200)
})

test('more rows than were handed over are refused: nothing may settle by them', () => {
  const rows = new RowsUnderWay()
  rows.add(1, 2, 0)
  expect(() => rows.take(1, 3)).toThrow('3 rows of batch 1 are reported, and 2 are under way')
  expect(() => rows.take(9, 1)).toThrow(RangeError)
})
