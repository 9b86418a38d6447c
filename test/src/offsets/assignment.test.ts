import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SummaryPlan } from '../../../src/summaries/plan.ts'
import { SummaryState } from '../../../src/summaries/summary-state.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { emptyTally } from '../../../src/offsets/ledger.ts'

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('open', 'fence', 'close', 'consume', 'settle'),
    topic: fc.constantFrom('a', 'b'),
    partition: fc.nat(3)
  }),
  { maxLength: 80 }
)

const settleAll = (assignment: Assignment, count: number) =>
  assignment.ledger.settle(assignment.ledger.open(count * 10, count * 10 + 10, 10), { ...emptyTally(), filtered: 10 })

describe('Assignments', () => {
  test('an epoch is never used twice, stale ones answer nothing, and totals lose no record', () => {
    fc.assert(
      fc.property(steps, steps => {
        const assignments = new Assignments()
        const ever: Assignment[] = []
        let consumed = 0
        let settled = 0
        steps.forEach(({ kind, topic, partition }, step) => {
          const current = assignments.find(topic, partition)
          if (kind === 'open') ever.push(assignments.open(topic, partition))
          else if (current === undefined) return
          else if (kind === 'fence') assignments.fence(current)
          else if (kind === 'close') assignments.close(current)
          else if (current.live) {
            if (kind === 'settle') {
              settleAll(current, step)
              settled += 10
            } else current.ledger.open(step * 10, step * 10 + 10, 10)
            consumed += 10
          }
          const totals = assignments.totals()
          expect(totals.consumed).toBe(consumed)
          expect(totals.tally.filtered).toBe(settled)
          expect(totals.consumed).toBe(totals.tally.filtered + totals.abandoned + totals.inFlight)
          for (const one of ever) expect(assignments.byEpoch(one.epoch)).toBe(one.live ? one : undefined)
        })
        expect(new Set(ever.map(({ epoch }) => epoch)).size).toBe(ever.length)
        expect([...assignments].every(one => one.state !== 'closed')).toBe(true)
      }),
      { numRuns: 300 }
    )
  })

  test('a partition has one assignment: a new one closes the old', () => {
    const assignments = new Assignments()
    const old = assignments.open('a', 0)
    const young = assignments.open('a', 0)
    expect([old.state, young.state, assignments.size]).toEqual(['closed', 'assigned', 1])
    assignments.close(old)
    expect(assignments.find('a', 0)).toBe(young)
  })

  test('epochs begin above 0, which transports take for none', () => {
    expect(new Assignments().open('a', 0).epoch).toBeGreaterThan(0)
  })

  test('a fenced assignment may still commit what has settled, a closed one nothing', () => {
    const assignments = new Assignments()
    const assignment = assignments.open('a', 0)
    expect(assignment.uncommitted).toBe(false)
    settleAll(assignment, 0)
    assignments.fence(assignment)
    expect([assignment.live, assignment.uncommitted]).toEqual([false, true])
    assignment.committed = 10
    expect(assignment.uncommitted).toBe(false)
    assignment.committed = 5
    assignments.close(assignment)
    expect(assignment.uncommitted).toBe(false)
  })

  test('what stands beside the offset is to be committed, too, when the offset stays', () => {
    const assignment = new Assignments().open('a', 0)
    const plan = new SummaryPlan([], 10)
    const [full, cut] = [new SummaryState(plan, 0), new SummaryState(plan, 10)]
    settleAll(assignment, 0)
    assignment.ledger.summary = full
    assignment.confirm(assignment.ledger.frontier as number, full)
    expect(assignment.uncommitted).toBe(false)
    assignment.ledger.summary = cut
    expect(assignment.uncommitted).toBe(true)
  })
})
