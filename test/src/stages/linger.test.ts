import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Linger } from '../../../src/stages/linger.ts'

const MANY_SLABS = 1000

/** Lets so many rows come for a second; answers the pause between two hand-overs at the end of it. */
function settledPauseMs(rowsPerMs: number, longestMs: number): number {
  const linger = new Linger(longestMs, MANY_SLABS)
  let lastMs = 0
  let pauseMs = 0
  while (lastMs < 1000) {
    // There is at least one row, which comes when it comes.
    const nowMs = Math.max(linger.dueMs(1), lastMs + 1 / rowsPerMs)
    pauseMs = nowMs - lastMs
    linger.handedOver(Math.round(pauseMs * rowsPerMs), nowMs)
    lastMs = nowMs
  }
  return pauseMs
}

describe('Linger', () => {
  test('whatever has been handed over when, nothing waits longer than the longest pause', () => {
    const handOvers = fc.array(
      fc.record({ gapMs: fc.double({ min: 0, max: 50, noNaN: true }), rows: fc.nat(1_000_000) })
    )
    fc.assert(
      fc.property(fc.nat(1000), handOvers, (longestMs, handOvers) => {
        const linger = new Linger(longestMs, MANY_SLABS)
        let nowMs = 0
        for (const { gapMs, rows } of handOvers) {
          nowMs += gapMs
          // Rows wait from now on at the earliest: what came before was in the last hand-over.
          const goesMs = Math.max(nowMs, linger.dueMs(1))
          expect(goesMs - nowMs).toBeLessThan(longestMs + 1e-6)
          linger.handedOver(rows, goesMs)
          nowMs = goesMs
        }
      })
    )
  })

  test('the pause is the longer the more has gone, and none behind nothing', () => {
    const pauseBehind = (rows: number): number => {
      const linger = new Linger(20, MANY_SLABS)
      linger.handedOver(rows, 0)
      return linger.dueMs(1)
    }
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (rows, more) => {
        expect(pauseBehind(rows)).toBeLessThanOrEqual(pauseBehind(rows + more))
      })
    )
    expect(pauseBehind(0)).toBe(0)
  })

  test('the first rows go at once, and with 0 as the longest pause all do', () => {
    expect(new Linger(20, MANY_SLABS).dueMs(1)).toBe(-Infinity)
    const linger = new Linger(0, MANY_SLABS)
    linger.handedOver(1_000_000, 5)
    expect(linger.dueMs(1)).toBe(5)
  })

  test.each([
    [1, 1, 1],
    [20, 1, 3],
    [100, 5, 12],
    [500, 20, 20]
  ])('at %i rows a millisecond the pause settles between %i and %i ms', (rowsPerMs, leastMs, mostMs) => {
    const pauseMs = settledPauseMs(rowsPerMs, 20)
    expect(pauseMs).toBeGreaterThanOrEqual(leastMs)
    expect(pauseMs).toBeLessThanOrEqual(mostMs + 1e-9)
  })

  test('rows that hold a quarter of the slabs wait for nothing', () => {
    const linger = new Linger(20, 8)
    linger.handedOver(1_000_000, 100)
    expect([0, 1, 2, 8].map(slabs => linger.dueMs(slabs))).toEqual([120, 120, -Infinity, -Infinity])
    const few = new Linger(20, 4)
    few.handedOver(1_000_000, 100)
    expect(few.dueMs(1)).toBe(-Infinity)
  })
})
