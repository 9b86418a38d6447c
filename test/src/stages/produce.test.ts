import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecordProducer } from '../../../src/kafka/ports.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import type { Batch } from '../../../src/stages/batch.ts'
import { Produce } from '../../../src/stages/produce.ts'
import { assigned, namesIn, taskOf, work } from '../../fixtures/stages.ts'

/** A producer whose queue has room for `room` rows; a report makes room again. */
class Queue implements RecordProducer {
  readonly rows: { name: string; batch: number }[] = []
  readonly inputPartitions: number[] = []
  outstanding = 0
  room: number

  constructor(room: number) {
    this.room = room
  }

  produce(...[slab, firstRow, endRow, batch, inputPartition]: Parameters<RecordProducer['produce']>): number {
    const end = Math.min(endRow, firstRow + this.room - this.outstanding)
    this.rows.push(...namesIn(slab, firstRow, end).map(name => ({ name, batch })))
    this.outstanding += end - firstRow
    this.inputPartitions.push(inputPartition)
    return end
  }

  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
}

function setUp(room: number) {
  const producer = new Queue(room)
  const acknowledged: Batch[] = []
  const errors: Error[] = []
  const produce = new Produce({
    producer,
    next: batch => acknowledged.push(batch),
    failed: error => errors.push(error)
  })
  let reported = 0
  /** Reports the oldest rows that are not reported yet, one report a batch. */
  const report = (rows: number): void => {
    for (const { batch } of producer.rows.slice(reported, reported + rows)) {
      reported++
      producer.outstanding--
      produce.delivered({ batch, rows: 1 })
    }
  }
  return { producer, produce, acknowledged, errors, report }
}

function released(assignment: Assignment, records: number): Batch {
  const task = taskOf([[assignment, records]])
  work(task.slab, 0)
  const [batch] = task.batches
  batch.endRow = records
  batch.state = 'released'
  return batch
}

describe('Produce', () => {
  test('rows go out in the order of release, whatever room the client has, and each batch is acknowledged once, after its last row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.record({ partition: fc.nat(2), records: fc.nat(6), reports: fc.nat(5) }), { maxLength: 20 }),
        (room, plan) => {
          const { producer, produce, acknowledged, report } = setUp(room)
          const assignments = assigned(new Assignments(), 3)
          const wanted: string[] = []
          const batches: Batch[] = []
          for (const { partition, records, reports } of plan) {
            const batch =
              records === 0 ? released(assignments[partition], 1) : released(assignments[partition], records)
            if (records === 0) batch.endRow = 0
            wanted.push(...namesIn(batch.task.slab, 0, batch.endRow))
            batches.push(batch)
            produce.release(batch)
            report(reports)
          }
          for (let turn = 0; turn <= wanted.length; turn++) report(1)
          expect(producer.rows.map(({ name }) => name)).toEqual(wanted)
          expect(new Set(acknowledged)).toEqual(new Set(batches))
          expect(acknowledged).toHaveLength(batches.length)
          expect(produce.unacknowledged).toBe(0)
        }
      )
    )
  })

  test('room that the client has before its report is here is for the batch that waits, not for the next one', () => {
    const [first, second] = assigned(new Assignments(), 2)
    const { produce, producer, report } = setUp(1)
    produce.release(released(first, 2))
    producer.room = 10
    produce.release(released(second, 1))
    report(1)
    expect(producer.rows.map(({ name }) => name)).toEqual(['logins/0@0', 'logins/0@1', 'logins/1@0'])
  })

  test('a batch without rows is acknowledged at once, even while others wait for room', () => {
    const [first, second] = assigned(new Assignments(), 2)
    const { produce, acknowledged } = setUp(1)
    produce.release(released(first, 2))
    const empty = released(second, 1)
    empty.endRow = 0
    produce.release(empty)
    expect(acknowledged).toEqual([empty])
  })

  test('a batch is acknowledged only with the report of its last row', () => {
    const { produce, acknowledged, report } = setUp(10)
    const batch = released(assigned(new Assignments(), 1)[0], 3)
    produce.release(batch)
    report(2)
    expect([acknowledged, produce.unacknowledged]).toEqual([[], 1])
    report(1)
    expect([acknowledged, produce.unacknowledged]).toEqual([[batch], 0])
  })

  test('one report may speak for several rows', () => {
    const { produce, acknowledged } = setUp(10)
    const batch = released(assigned(new Assignments(), 1)[0], 3)
    produce.release(batch)
    produce.delivered({ batch: 1, rows: 3 })
    expect(acknowledged).toEqual([batch])
  })

  test('the client is told the input partition, which rows without a key go by', () => {
    const { produce, producer } = setUp(10)
    produce.release(released(assigned(new Assignments(), 3)[2], 1))
    expect(producer.inputPartitions).toEqual([2])
  })

  test('a row that the brokers refuse fails the processor, and its batch is never acknowledged', () => {
    const { produce, acknowledged, errors, report } = setUp(10)
    produce.release(released(assigned(new Assignments(), 1)[0], 2))
    produce.delivered({ batch: 1, rows: 1, error: { code: 10, message: 'too large' } })
    report(1)
    expect(errors.map(({ message }) => message)).toEqual([
      'the brokers refused output of logins/0: too large (code 10)'
    ])
    expect(acknowledged).toEqual([])
  })

  test('a report for a batch that is not in flight is a fault', () => {
    expect(() => setUp(1).produce.delivered({ batch: 7, rows: 1 })).toThrow('batch 7, which is not in flight')
  })
})
