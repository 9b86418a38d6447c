import { describe, expect, test } from 'vitest'
import { Assignments } from '../../../src/offsets/assignment.ts'
import { DEAD_LETTER, reasons } from '../../../src/slabs/outcomes.ts'
import type { Task } from '../../../src/stages/batch.ts'
import { Settle } from '../../../src/stages/settle.ts'
import { assigned, quietEvents, taskOf, work } from '../../fixtures/stages.ts'

function setUp() {
  const assignments = new Assignments()
  const { events, insights } = quietEvents()
  const freed: Task[] = []
  let ended = 0
  const settle = new Settle({ assignments, events, next: task => freed.push(task), ended: () => ended++ })
  const [first, second] = assigned(assignments, 2)
  const task = taskOf([
    [first, 2],
    [second, 3]
  ])
  work(task.slab, 0)
  for (const batch of task.batches) batch.tally = { ...batch.tally, processed: batch.endRecord - batch.firstRecord }
  return { assignments, insights, freed, settle, task, first, second, ended: () => ended }
}

describe('Settle', () => {
  test('an acknowledged batch counts and moves its partition’s frontier', () => {
    const { settle, task, first, second } = setUp()
    settle.acknowledged(task.batches[0])
    expect([first.ledger.tally.processed, first.ledger.frontier]).toEqual([2, 2])
    expect([second.ledger.tally.processed, second.ledger.frontier]).toEqual([0, undefined])
    expect(task.batches[0].state).toBe('ended')
  })

  test('the slab is freed once, with the last of its batches', () => {
    const { settle, task, freed, ended } = setUp()
    settle.acknowledged(task.batches[1])
    expect(freed).toEqual([])
    settle.acknowledged(task.batches[0])
    expect([freed, ended()]).toEqual([[task], 2])
  })

  test('a batch of a stale epoch ends and counts for nothing', () => {
    const { assignments, settle, task, first, freed } = setUp()
    assignments.fence(first)
    settle.acknowledged(task.batches[0])
    settle.acknowledged(task.batches[1])
    expect([first.ledger.tally.processed, first.ledger.abandoned, first.ledger.frontier]).toEqual([0, 2, undefined])
    expect([freed, assignments.totals().tally.processed]).toEqual([[task], 3])
  })

  test('a batch of an earlier assignment does not count for the present one', () => {
    const { assignments, settle, task, first } = setUp()
    const again = assignments.open(first.topic, first.partition)
    settle.acknowledged(task.batches[0])
    expect([again.ledger.tally.processed, again.ledger.frontier]).toEqual([0, undefined])
  })

  test('a dropped batch counts for nothing and frees its slab all the same', () => {
    const { settle, task, freed, second } = setUp()
    settle.acknowledged(task.batches[0])
    settle.drop(task.batches[1])
    expect([second.ledger.tally.processed, freed]).toEqual([0, [task]])
  })

  test('the reasons of dead letters are counted', () => {
    const { settle, task, insights } = setUp()
    task.slab.outcome[0] = DEAD_LETTER
    task.slab.detail[0] = reasons.indexOf('not-json')
    settle.acknowledged(task.batches[0])
    expect(insights.reasons).toEqual({ 'not-json': 1 })
  })
})
