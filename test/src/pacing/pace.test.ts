import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pace } from '../../../src/pacing/pace.ts'

/** Lets `recordsPerMs` come for so long; answers the pause between two lots at the end of it. */
function settledPauseMs(recordsPerMs: number, longestMs: number): number {
  const pace = new Pace(longestMs)
  let lastMs = 0
  let pauseMs = 0
  while (lastMs < 1000) {
    // A lot has at least one record, which comes when it comes.
    const nowMs = Math.max(pace.dueMs, lastMs + 1 / recordsPerMs)
    pauseMs = nowMs - lastMs
    pace.went(Math.round(pauseMs * recordsPerMs), nowMs)
    lastMs = nowMs
  }
  return pauseMs
}

describe('Pace', () => {
  test('whatever has gone when, nothing waits longer than the longest pause', () => {
    const lots = fc.array(fc.record({ gapMs: fc.double({ min: 0, max: 50, noNaN: true }), count: fc.nat(1_000_000) }))
    fc.assert(
      fc.property(fc.nat(1000), lots, (longestMs, lots) => {
        const pace = new Pace(longestMs)
        let nowMs = 0
        for (const { gapMs, count } of lots) {
          nowMs += gapMs
          // They wait from then on at the earliest: what came before the last lot was in it.
          const goesMs = Math.max(nowMs, pace.dueMs)
          expect(goesMs - nowMs).toBeLessThan(longestMs + 1e-6)
          pace.went(count, goesMs)
          nowMs = goesMs
        }
      })
    )
  })

  test('the pause is the longer the more has gone, and none behind nothing', () => {
    const pauseBehind = (count: number): number => {
      const pace = new Pace(20)
      pace.went(count, 0)
      return pace.dueMs
    }
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (count, more) => {
        expect(pauseBehind(count)).toBeLessThanOrEqual(pauseBehind(count + more))
      })
    )
    expect(pauseBehind(0)).toBe(0)
  })

  test('the first lot goes at once, and with 0 as the longest pause each does', () => {
    expect(new Pace(20).dueMs).toBeLessThan(0)
    const pace = new Pace(0)
    pace.went(1_000_000, 5)
    expect(pace.dueMs).toBe(5)
  })

  test.each([
    [1, 1, 1],
    [20, 1, 3],
    [100, 5, 12],
    [500, 20, 20]
  ])('at %i records a millisecond it settles between %i and %i ms', (recordsPerMs, leastMs, mostMs) => {
    const pauseMs = settledPauseMs(recordsPerMs, 20)
    expect(pauseMs).toBeGreaterThanOrEqual(leastMs)
    expect(pauseMs).toBeLessThanOrEqual(mostMs + 1e-9)
  })
})
