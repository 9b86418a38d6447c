import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { emptyTally } from '../../../src/offsets/ledger.ts'
import { Rejoin } from '../../../src/stages/rejoin.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { quietEvents } from '../../fixtures/stages.ts'

const TIMEOUT_MS = 1000

function setUp() {
  const consumer = new ScriptedConsumer()
  consumer.endOffset = () => 100
  const assignments = new Assignments()
  const { events, insights } = quietEvents()
  const errors: Error[] = []
  const state = { leaving: false, exempt: false, nowMs: 0 }
  const rejoin = new Rejoin({
    consumer,
    assignments,
    events,
    stallTimeoutMs: TIMEOUT_MS,
    exempt: () => state.exempt,
    leaving: () => state.leaving,
    subscribe: () => consumer.subscribe(['logins']),
    diagnosisOf: names => names.map(name => `${name}: stands still`),
    failed: error => errors.push(error)
  })
  const look = (durationMs: number) => {
    for (const endMs = state.nowMs + durationMs; state.nowMs < endMs;) rejoin.look((state.nowMs += 250))
  }
  const assign = () => assignments.open('logins', 0)
  const stall = () => look(TIMEOUT_MS + 500)
  const step = () => rejoin.step(state.nowMs)
  return { consumer, assignments, insights, errors, state, rejoin, step, look, assign, stall }
}

describe('Rejoin', () => {
  test('leaves the group between polls, and joins it again once everything has been given back', () => {
    const { consumer, assignments, insights, rejoin, step, assign, stall } = setUp()
    const assignment = assign()
    step()
    stall()
    expect([consumer.newCalls(), rejoin.live, insights.stalls]).toEqual([[], false, 1])
    step()
    step()
    expect(consumer.newCalls()).toEqual(['unsubscribe'])
    assignments.close(assignment)
    step()
    step()
    expect(consumer.newCalls()).toEqual(['subscribe logins'])
  })

  test('that changes nothing ends the process, with what is known', () => {
    const { assignments, errors, step, look, assign, stall } = setUp()
    const assignment = assign()
    stall()
    step()
    assignments.close(assignment)
    step()
    look(250)
    assign()
    stall()
    expect(errors.map(({ message }) => message)).toEqual([
      'no progress for 1000 ms (STALL_TIMEOUT_MS), though there are records to read, and joining the group again has ' +
        'not helped; logins/0: stands still'
    ])
  })

  test('does not ask how far a partition may be read that has been read to its end: that is dear at a thousand', () => {
    const { consumer, insights, look, assign } = setUp()
    const asked: number[] = []
    consumer.stableOffset = ({ partition }) => {
      asked.push(partition)
      return 100
    }
    const assignment = assign()
    assignment.ledger.reachedEnd(99)
    look(250)
    expect(asked).toEqual([0])
    assignment.ledger.reachedEnd(100)
    look(TIMEOUT_MS * 2)
    expect([asked, insights.stalls]).toEqual([[0], 0])
  })

  test('whose group is not left in time, as the loop stands still, ends the process', () => {
    const { errors, look, assign, stall } = setUp()
    assign()
    stall()
    look(TIMEOUT_MS)
    expect(errors).toHaveLength(1)
  })

  test('notices what moves before everything has been given back, however soon that is', () => {
    const { assignments, errors, rejoin, step, assign, stall } = setUp()
    const assignment = assign()
    const entry = assignment.ledger.open(0, 10, 10)
    stall()
    step()
    assignment.state = 'draining'
    assignment.ledger.settle(entry, { ...emptyTally(), processed: 10 })
    step()
    assignments.close(assignment)
    step()
    expect(rejoin.live).toBe(true)
    assign()
    stall()
    expect([errors, rejoin.live]).toEqual([[], false])
  })

  test('is never for what is exempt, or while no broker can be reached', () => {
    const { consumer, rejoin, step, state, look, assign } = setUp()
    assign()
    consumer.reachable = false
    look(10_000)
    consumer.reachable = true
    state.exempt = true
    look(10_000)
    step()
    expect([consumer.newCalls(), rejoin.live]).toEqual([[], true])
  })

  test('does not join again when the process is stopped meanwhile', () => {
    const { consumer, assignments, state, step, assign, stall } = setUp()
    const assignment = assign()
    stall()
    step()
    state.leaving = true
    assignments.close(assignment)
    step()
    stall()
    expect(consumer.newCalls()).toEqual(['unsubscribe'])
  })
})
