import { describe, expect, test } from 'vitest'
import type { FloodOf } from '../../../src/dead-letters/fuse.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { tallyOf } from '../../../src/offsets/ledger.ts'
import { DEAD_LETTER, PROCESSED, reasons } from '../../../src/slabs/outcomes.ts'
import type { Batch } from '../../../src/stages/batch.ts'
import { Hold } from '../../../src/stages/hold.ts'
import { assigned, quietEvents, taskOf } from '../../fixtures/stages.ts'

const limits = { ratioPercent: 100, windowRecords: 1000, consecutiveRecords: 5 }

function setUp({ off = false } = {}) {
  const assignments = new Assignments()
  const [first, second] = assigned(assignments, 2)
  const passed: Batch[] = []
  const dropped: Batch[] = []
  const fenced: Assignment[] = []
  const abandoned: Assignment[] = []
  const floods: FloodOf[] = []
  const hold = new Hold({
    assignments,
    events: quietEvents().events,
    limits: off ? undefined : limits,
    next: batch => passed.push(batch),
    drop: batch => dropped.push(batch),
    blew: flood => floods.push(flood),
    fenced: assignment => {
      fenced.push(assignment)
      hold.close(assignment)
    },
    abandoned: of => abandoned.push(...of)
  })
  /** A batch whose records have become this, released. */
  const release = (assignment: Assignment, outcome: number, records = 3): Batch => {
    const [batch] = taskOf([[assignment, records]]).batches
    batch.task.slab.outcome.fill(outcome)
    batch.task.slab.detail.fill(reasons.indexOf('invalid'))
    batch.tally = tallyOf(batch.task.slab.outcome, batch.firstRecord, batch.endRecord)
    hold.release(batch)
    return batch
  }
  const settle = (batch: Batch) => batch.assignment.ledger.settle(batch.entry, batch.tally)
  return { hold, assignments, first, second, passed, dropped, fenced, abandoned, floods, release, settle }
}

describe('Hold', () => {
  test('lets everything through until a fuse blows, and nothing after, of no partition', () => {
    const { release, first, second, passed, floods, hold } = setUp()
    const good = [release(first, PROCESSED), release(first, DEAD_LETTER), release(second, DEAD_LETTER)]
    expect(hold.flood).toBeUndefined()
    release(first, DEAD_LETTER)
    release(second, PROCESSED)
    expect(passed).toEqual(good)
    expect(floods).toEqual([
      {
        topic: 'logins',
        partition: 0,
        deadLetters: 5,
        records: 5,
        firstOffset: 3,
        lastOffset: 7,
        reasons: [['invalid', 5]]
      }
    ])
    expect([hold.flood, hold.parkedRecords]).toEqual([floods[0], 6])
  })

  test('without limits it lets everything through', () => {
    const { release, first, passed, floods } = setUp({ off: true })
    for (let batch = 0; batch < 10; batch++) release(first, DEAD_LETTER)
    expect([passed.length, floods]).toEqual([10, []])
  })

  test('what is parked goes on unjudged and in order; what comes after is judged anew', () => {
    const { release, first, passed, floods, hold } = setUp()
    const parked = Array.from({ length: 6 }, () => release(first, DEAD_LETTER))
    hold.resume()
    expect([passed, hold.flood, hold.parkedRecords]).toEqual([parked, undefined, 0])
    release(first, DEAD_LETTER)
    expect([passed.length, floods.length]).toEqual([7, 1])
    release(first, DEAD_LETTER)
    expect([passed.length, floods.length]).toEqual([7, 2])
    expect(floods[1]).toMatchObject({ deadLetters: 5, firstOffset: 18 })
  })

  test('what is parked of an assignment that is closed is dropped, and nothing else', () => {
    const { release, first, second, dropped, passed, hold } = setUp()
    const [, lost] = [release(first, DEAD_LETTER), release(first, DEAD_LETTER)]
    const kept = release(second, PROCESSED)
    hold.close(first)
    expect(dropped).toEqual([lost])
    hold.resume()
    expect(passed.slice(1)).toEqual([kept])
  })

  test('a partition that is asked back is given up once what was let through has settled, and not before', () => {
    const { release, settle, first, second, fenced, abandoned, dropped, hold } = setUp()
    const released = release(first, DEAD_LETTER)
    const parked = release(first, DEAD_LETTER)
    first.state = 'draining'
    hold.step()
    expect(fenced).toEqual([])
    settle(released)
    hold.step()
    hold.step()
    expect([fenced, abandoned, dropped]).toEqual([[first], [first], [parked]])
    expect(first).toMatchObject({ state: 'fenced', ledger: { inFlight: 0, abandoned: 3, frontier: 3 } })
    expect(second.state).toBe('assigned')
  })

  test('one that has everything settled is left to its drain', () => {
    const { release, settle, first, second, fenced, hold } = setUp()
    settle(release(second, PROCESSED))
    release(first, DEAD_LETTER, 5)
    second.state = 'draining'
    hold.step()
    expect(fenced).toEqual([])
  })

  test('while nothing is held, a drain takes its time', () => {
    const { release, first, fenced, hold } = setUp()
    first.state = 'draining'
    release(first, PROCESSED)
    hold.step()
    expect(fenced).toEqual([])
  })

  test('says where the oldest batch in flight is', () => {
    const { release, settle, first, second, hold } = setUp()
    const released = release(first, DEAD_LETTER)
    release(first, DEAD_LETTER)
    expect([hold.oldestOf(first), hold.oldestOf(second)]).toEqual(['released', undefined])
    settle(released)
    expect(hold.oldestOf(first)).toBe('parked')
    hold.resume()
    expect(hold.oldestOf(first)).toBe('released')
  })
})
