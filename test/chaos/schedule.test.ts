import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planFaults, type PlannedFault, type ScheduleSettings } from './schedule.ts'

const long: ScheduleSettings = {
  seed: 7,
  processors: 3,
  brokers: 3,
  kills: 20,
  terms: 20,
  bounces: 5,
  stopMs: 60_000,
  durationMs: 1_000_000
}

const anySettings = fc.record({
  seed: fc.nat(),
  processors: fc.integer({ min: 1, max: 6 }),
  brokers: fc.constantFrom(1, 3),
  kills: fc.nat({ max: 20 }),
  terms: fc.nat({ max: 20 }),
  bounces: fc.nat({ max: 5 }),
  stopMs: fc.constantFrom(0, 1000, 8000, 60_000),
  durationMs: fc.integer({ min: 10_000, max: 1_000_000 })
})

const countOf = (faults: readonly PlannedFault[], kind: string) => faults.filter(fault => fault.kind === kind).length

/** Whether a processor is there at that time: running, and not stopped. */
const isUp = (faults: readonly PlannedFault[], processor: number, atMs: number) =>
  !faults.some(
    ({ kind, target, atMs: from, pauseMs }) =>
      kind !== 'bounce' && target === processor && from <= atMs && atMs < from + pauseMs
  )

function forAll(check: (faults: readonly PlannedFault[], settings: ScheduleSettings) => void): void {
  fc.assert(fc.property(anySettings, settings => check(planFaults(settings), settings)))
}

describe('the schedule', () => {
  test('has as many faults of each kind as were asked for, one after the other', () => {
    forAll((faults, { kills, terms, bounces, stopMs }) => {
      expect(countOf(faults, 'SIGKILL')).toBe(kills)
      expect(countOf(faults, 'SIGTERM')).toBe(terms)
      expect(countOf(faults, 'bounce')).toBe(bounces)
      expect(countOf(faults, 'SIGSTOP')).toBe(stopMs > 0 ? 1 : 0)
      for (let next = 1; next < faults.length; next++) expect(faults[next].atMs).toBeGreaterThan(faults[next - 1].atMs)
    })
  })

  test('is the same for the same settings, and another one for another seed', () => {
    forAll((faults, settings) => {
      expect(planFaults(settings)).toEqual(faults)
    })
    expect(planFaults({ ...long, seed: 8 })).not.toEqual(planFaults(long))
  })

  test('strikes nothing that is not there, and of several processors always leaves one', () => {
    forAll((faults, { processors }) => {
      for (const fault of faults.filter(({ kind }) => kind !== 'bounce')) {
        const others = faults.filter(other => other !== fault)
        const up = Array.from({ length: processors }, (_, processor) => isUp(others, processor, fault.atMs))
        expect(up[fault.target]).toBe(true)
        if (processors > 1) expect(up.filter(Boolean).length).toBeGreaterThan(1)
      }
    })
  })

  test('names processors and brokers that there are', () => {
    forAll((faults, { processors, brokers }) => {
      for (const { kind, target } of faults) expect(target).toBeLessThan(kind === 'bounce' ? brokers : processors)
    })
  })

  test('begins with SIGTERM alone', () => {
    forAll((faults, { terms }) => {
      const alone = faults.slice(0, Math.ceil(terms / 3))
      expect(alone.filter(({ kind }) => kind !== 'SIGTERM')).toEqual([])
    })
  })

  test('has one broker down at a time, and lets nobody drain without any', () => {
    forAll((faults, { brokers }) => {
      for (const bounce of faults.filter(({ kind }) => kind === 'bounce')) {
        const during = faults.filter(
          other => other !== bounce && other.atMs >= bounce.atMs && other.atMs < bounce.atMs + bounce.pauseMs
        )
        expect(countOf(during, 'bounce')).toBe(0)
        if (brokers === 1) expect(countOf(during, 'SIGTERM')).toBe(0)
      }
    })
  })

  test('fits the traffic where there is time enough', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        const faults = planFaults({ ...long, seed })
        expect(faults[0].atMs).toBeGreaterThanOrEqual(long.durationMs * 0.05)
        expect(Math.max(...faults.map(({ atMs, pauseMs }) => atMs + pauseMs))).toBeLessThan(long.durationMs)
      })
    )
  })
})
