import { describe, expect, test } from 'vitest'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { emptyTally } from '../../../src/offsets/ledger.ts'
import { Rewind } from '../../../src/stages/rewind.ts'
import { ScriptedConsumer } from '../../fixtures/scripted-consumer.ts'
import { assigned, quietEvents, taskOf } from '../../fixtures/stages.ts'

function setUp(partitions: number) {
  const assignments = new Assignments()
  const consumer = new ScriptedConsumer()
  const fenced: Assignment[] = []
  const told = { leaving: false, abandoned: 0 }
  const rewind = new Rewind({
    consumer,
    assignments,
    events: quietEvents().events,
    leaving: () => told.leaving,
    fenced: assignment => fenced.push(assignment),
    abandoned: () => told.abandoned++
  })
  return { assignments, consumer, fenced, told, rewind, open: assigned(assignments, partitions) }
}

/** Ten records, of which the first four have settled. */
function read(assignment: Assignment): void {
  const [first] = taskOf([[assignment, 4]]).batches
  taskOf([[assignment, 6]])
  assignment.ledger.settle(first.entry, { ...emptyTally(), processed: 4 })
}

describe('Rewind', () => {
  test('reads a partition again from its frontier under a new epoch, and leaves the others alone', () => {
    const { assignments, consumer, fenced, rewind, open } = setUp(2)
    for (const assignment of open) read(assignment)
    rewind.request(open[1], false)
    expect(open[1].rewinding).toBe(true)
    expect(consumer.calls).toEqual([])
    rewind.step()
    rewind.step()
    expect(consumer.calls).toEqual(['rewind logins/1@4'])
    expect(fenced).toEqual([open[1]])
    expect(assignments.find('logins', 0)).toBe(open[0])
    const next = assignments.find('logins', 1) as Assignment
    expect(next.epoch).not.toBe(open[1].epoch)
    expect([next.rewinding, next.isolateBelow, next.ledger.frontier]).toEqual([false, 0, 4])
    expect(assignments.totals()).toMatchObject({ consumed: 20, abandoned: 6, inFlight: 6 })
  })

  test('from the first record where none has settled, and not at all where none was read', () => {
    const { consumer, rewind, open } = setUp(2)
    taskOf([[open[0], 3]])
    for (const assignment of open) rewind.request(assignment, false)
    rewind.step()
    expect(consumer.calls).toEqual(['rewind logins/0@0'])
  })

  test('with isolation, up to the last record that had been read; verdicts stay until they are behind', () => {
    const { assignments, rewind, open } = setUp(1)
    read(open[0])
    open[0].verdicts.set(3, { reason: 1, omitValue: false }).set(7, { reason: 1, omitValue: true })
    rewind.request(open[0], true)
    rewind.step()
    const next = assignments.find('logins', 0) as Assignment
    expect([next.isolateBelow, [...next.verdicts.keys()]]).toEqual([10, [7]])
  })

  test('a partition that is on its way out is fenced, and read again by its next owner', () => {
    const { assignments, consumer, fenced, rewind, open } = setUp(1)
    read(open[0])
    open[0].state = 'draining'
    rewind.request(open[0], false)
    rewind.step()
    expect([consumer.calls, fenced]).toEqual([[], open])
    expect([assignments.find('logins', 0), open[0].ledger.inFlight]).toEqual([open[0], 0])
  })

  test('while everything is given back it only says that something will be read again', () => {
    const { consumer, told, rewind, open } = setUp(1)
    read(open[0])
    told.leaving = true
    rewind.request(open[0], false)
    rewind.step()
    expect([consumer.calls, told.abandoned]).toEqual([[], 1])
  })

  test('one that was lost meanwhile is nobody to rewind', () => {
    const { assignments, consumer, rewind, open } = setUp(1)
    read(open[0])
    rewind.request(open[0], false)
    assignments.close(open[0])
    rewind.step()
    rewind.request(open[0], false)
    rewind.step()
    expect(consumer.calls).toEqual([])
  })
})
