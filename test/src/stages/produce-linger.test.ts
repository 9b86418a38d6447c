import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RecordProducer } from '../../../src/kafka/ports.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import type { Batch } from '../../../src/stages/batch.ts'
import { Linger } from '../../../src/stages/linger.ts'
import { Produce } from '../../../src/stages/produce.ts'
import { assigned, namesIn, quietEvents, taskOf, work } from '../../fixtures/stages.ts'

const LONGEST_MS = 20
/** Beyond what is due; timers count whole milliseconds. */
const TIMER_MS = 1

interface Handed {
  readonly name: string
  readonly atMs: number
}

/** A client that takes everything, or nothing while it has no room. */
function setUp(slabs: number) {
  const handed: Handed[] = []
  const dropped: Batch[] = []
  const client = { hasRoom: true }
  const producer = {
    produce: (...[slab, firstRow, endRow]: Parameters<RecordProducer['produce']>) => {
      if (!client.hasRoom) return firstRow
      for (const name of namesIn(slab, firstRow, endRow)) handed.push({ name, atMs: performance.now() })
      return endRow
    },
    produceAlone: async () => undefined,
    outstanding: 0,
    connect: async () => undefined,
    disconnect: async () => undefined
  }
  const produce = new Produce({
    producer,
    linger: new Linger(LONGEST_MS, slabs),
    events: quietEvents().events,
    next: () => undefined,
    drop: batch => dropped.push(batch),
    isolate: () => false,
    rewind: () => undefined,
    failed: error => {
      throw error
    }
  })
  return { produce, handed, dropped, client }
}

function released(assignment: Assignment, records: number): Batch {
  const task = taskOf([[assignment, records]])
  work(task.slab, 0)
  const [batch] = task.batches
  batch.endRow = records
  batch.state = 'released'
  return batch
}

const namesOf = (batch: Batch): string[] => namesIn(batch.task.slab, batch.firstRow, batch.endRow)

describe('rows that wait for others', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('whatever is released when: all goes, in order, and none later than the longest wait', () => {
    const plan = fc.array(
      fc.record({ gapMs: fc.nat(30), partition: fc.nat(2), records: fc.integer({ min: 1, max: 90 }) })
    )
    fc.assert(
      fc.property(plan, fc.integer({ min: 1, max: 200 }), (plan, slabs) => {
        const { produce, handed } = setUp(slabs)
        const assignments = assigned(new Assignments(), 3)
        const wanted: Handed[] = []
        for (const { gapMs, partition, records } of plan) {
          vi.advanceTimersByTime(gapMs)
          const batch = released(assignments[partition], records)
          wanted.push(...namesOf(batch).map(name => ({ name, atMs: performance.now() })))
          produce.release(batch)
        }
        vi.advanceTimersByTime(LONGEST_MS + TIMER_MS)
        expect(handed.map(({ name }) => name)).toEqual(wanted.map(({ name }) => name))
        const waitsMs = handed.map(({ atMs }, index) => atMs - wanted[index].atMs)
        expect(Math.max(0, ...waitsMs)).toBeLessThanOrEqual(LONGEST_MS + TIMER_MS)
        expect(vi.getTimerCount()).toBe(0)
      })
    )
  })

  test('a row that comes seldom goes at once', () => {
    const { produce, handed } = setUp(100)
    const [assignment] = assigned(new Assignments(), 1)
    for (let row = 1; row <= 5; row++) {
      produce.release(released(assignment, 1))
      expect(handed).toHaveLength(row)
      vi.advanceTimersByTime(1)
    }
  })

  test('what comes in the pause behind many rows goes together', () => {
    const { produce, handed } = setUp(100)
    const [first, second] = assigned(new Assignments(), 2)
    produce.release(released(first, 80))
    produce.release(released(second, 1))
    vi.advanceTimersByTime(1)
    produce.release(released(first, 1))
    expect(handed).toHaveLength(80)
    vi.advanceTimersByTime(2)
    expect(handed.slice(80).map(({ name }) => name)).toEqual(['logins/1@0', 'logins/0@80'])
    expect(new Set(handed.slice(80).map(({ atMs }) => atMs)).size).toBe(1)
  })

  test('goes at once when it holds a quarter of the slabs', () => {
    const { produce, handed } = setUp(8)
    const [assignment] = assigned(new Assignments(), 1)
    produce.release(released(assignment, 80))
    produce.release(released(assignment, 1))
    expect(handed).toHaveLength(80)
    produce.release(released(assignment, 1))
    expect(handed).toHaveLength(82)
  })

  test('goes with the next turn of the loop when its partition is asked back, and what comes after it at once', () => {
    const { produce, handed } = setUp(100)
    const [staying, leaving] = assigned(new Assignments(), 2)
    produce.release(released(staying, 80))
    produce.release(released(leaving, 1))
    expect(handed).toHaveLength(80)
    leaving.state = 'draining'
    produce.step()
    produce.release(released(leaving, 1))
    expect(handed.slice(80).map(({ name }) => name)).toEqual(['logins/1@0', 'logins/1@1'])
  })

  test('never goes when its partition is read again meanwhile, and its slab is given back without a wait', () => {
    const { produce, handed, dropped } = setUp(100)
    const [assignment] = assigned(new Assignments(), 1)
    produce.release(released(assignment, 80))
    const late = released(assignment, 1)
    produce.release(late)
    assignment.rewinding = true
    produce.step()
    expect(dropped).toEqual([late])
    vi.advanceTimersByTime(LONGEST_MS + TIMER_MS)
    expect(handed).toHaveLength(80)
  })

  test('does not begin a new wait when the client had no room for all of it', () => {
    const { produce, handed, client } = setUp(100)
    const [assignment] = assigned(new Assignments(), 1)
    produce.release(released(assignment, 80))
    produce.release(released(assignment, 1))
    client.hasRoom = false
    vi.advanceTimersByTime(LONGEST_MS)
    produce.release(released(assignment, 1))
    expect(handed).toHaveLength(80)
    client.hasRoom = true
    produce.step()
    expect(handed).toHaveLength(82)
  })
})
