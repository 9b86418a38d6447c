import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import { type Batch, splitBatch } from '../../../src/stages/batch.ts'
import { Resequence } from '../../../src/stages/resequence.ts'
import { assigned, taskOf } from '../../fixtures/stages.ts'

function setUp(partitions: number) {
  const assignments = assigned(new Assignments(), partitions)
  const released: Batch[] = []
  const dropped: Batch[] = []
  const resequence = new Resequence({ next: batch => released.push(batch), drop: batch => dropped.push(batch) })
  const expectBatch = (assignment: Assignment, records = 1): Batch => {
    const [batch] = taskOf([[assignment, records]]).batches
    resequence.expect(batch)
    return batch
  }
  const work = (batch: Batch): void => {
    batch.state = 'worked'
    resequence.worked(batch)
  }
  return { assignments, released, dropped, resequence, expectBatch, work }
}

const offsetsOf = (batches: readonly Batch[]) => batches.map(({ task, firstRecord }) => task.slab.offsetOf(firstRecord))

describe('Resequence', () => {
  test('whatever order workers finish in, each partition is released in input order, every batch once', () => {
    const plan = fc.array(fc.record({ partition: fc.nat(2), splitAt: fc.option(fc.integer({ min: 1, max: 2 })) }), {
      maxLength: 30
    })
    fc.assert(
      fc.property(plan, fc.infiniteStream(fc.nat()), (plan, picks) => {
        const { assignments, released, resequence, expectBatch, work } = setUp(3)
        const open = plan.map(({ partition, splitAt }) => ({ batch: expectBatch(assignments[partition], 3), splitAt }))
        let batches = open.length
        while (open.length > 0) {
          const [{ batch, splitAt }] = open.splice((picks.next().value as number) % open.length, 1)
          if (splitAt !== null) {
            const rest = splitBatch(batch, splitAt)
            resequence.split(batch, rest)
            open.push({ batch: rest, splitAt: null })
            batches++
          }
          work(batch)
        }
        expect(released).toHaveLength(batches)
        for (const assignment of assignments) {
          const offsets = offsetsOf(released.filter(batch => batch.assignment === assignment))
          expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
          expect(new Set(offsets).size).toBe(offsets.length)
        }
      })
    )
  })

  test('a batch waits for the one before it, and not for another partition', () => {
    const { assignments, released, expectBatch, work } = setUp(2)
    const [first, second, other] = [
      expectBatch(assignments[0]),
      expectBatch(assignments[0]),
      expectBatch(assignments[1])
    ]
    work(second)
    work(other)
    expect(released).toEqual([other])
    work(first)
    expect(released).toEqual([other, first, second])
    expect(second.state).toBe('released')
  })

  test('batches of one partition that are ready together are each released once, and none is dropped', () => {
    const { assignments, released, dropped, resequence, expectBatch } = setUp(1)
    const batches = [expectBatch(assignments[0]), expectBatch(assignments[0])]
    for (const batch of batches) batch.state = 'worked'
    for (const batch of batches) resequence.worked(batch)
    expect([released, dropped]).toEqual([batches, []])
  })

  test('knows which batch is the first of its partition', () => {
    const { assignments, resequence, expectBatch, work } = setUp(1)
    const [first, second] = [expectBatch(assignments[0]), expectBatch(assignments[0])]
    expect([resequence.isFirst(first), resequence.isFirst(second)]).toEqual([true, false])
    work(first)
    expect(resequence.isFirst(second)).toBe(true)
  })

  test('closing an assignment drops what is ready at once and what is with a worker when it comes back', () => {
    const { assignments, released, dropped, resequence, expectBatch, work } = setUp(1)
    const [first, second] = [expectBatch(assignments[0]), expectBatch(assignments[0])]
    work(second)
    resequence.close(assignments[0])
    expect(dropped).toEqual([second])
    resequence.split(first, second)
    work(first)
    expect([dropped, released]).toEqual([[second, first], []])
  })

  test('closing one assignment of a partition leaves the next one alone', () => {
    const { assignments, released, resequence, expectBatch, work } = setUp(2)
    const batch = expectBatch(assignments[1])
    resequence.close(assignments[0])
    work(batch)
    expect(released).toEqual([batch])
  })
})
