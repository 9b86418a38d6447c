import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProduceFailure, RecordProducer } from '../../../src/kafka/ports.ts'
import { type Assignment, Assignments } from '../../../src/offsets/assignment.ts'
import type { Batch } from '../../../src/stages/batch.ts'
import { Linger } from '../../../src/stages/linger.ts'
import { Produce } from '../../../src/stages/produce.ts'
import { assigned, namesIn, quietEvents, taskOf, work } from '../../fixtures/stages.ts'

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

  async produceAlone(...[slab, row]: Parameters<RecordProducer['produceAlone']>): Promise<ProduceFailure | undefined> {
    this.rows.push(...namesIn(slab, row, row + 1).map(name => ({ name, batch: 0 })))
    return undefined
  }

  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
}

function setUp(room: number) {
  const producer = new Queue(room)
  const acknowledged: Batch[] = []
  const dropped: Batch[] = []
  const isolated: Batch[] = []
  const rewound: { assignment: Assignment; isolate: boolean }[] = []
  const errors: Error[] = []
  const produce = new Produce({
    producer,
    linger: new Linger(0, 1),
    events: quietEvents().events,
    next: batch => acknowledged.push(batch),
    drop: batch => dropped.push(batch),
    isolate: batch => batch.firstOffset < batch.assignment.isolateBelow && isolated.push(batch) > 0,
    rewind: (assignment, isolate) => {
      assignment.rewinding = true
      rewound.push({ assignment, isolate })
    },
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
  return { producer, produce, acknowledged, dropped, isolated, rewound, errors, report }
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

  test('a batch of which a row has failed is never acknowledged, and what follows of its partition is not produced', () => {
    const [first, other] = assigned(new Assignments(), 2)
    const { produce, producer, acknowledged, dropped, rewound } = setUp(3)
    const batches = [released(first, 2), released(first, 2), released(other, 2)]
    for (const batch of batches) produce.release(batch)
    produce.delivered({ batch: 1, rows: 1, error: { code: -192, message: 'timed out' } })
    expect(rewound).toEqual([{ assignment: first, isolate: false }])
    expect(dropped).toEqual([])
    producer.outstanding -= 3
    produce.delivered({ batch: 1, rows: 1 })
    expect(dropped).toEqual([batches[0]])
    produce.delivered({ batch: 2, rows: 1 })
    expect(dropped).toEqual([batches[0], batches[1]])
    expect(producer.rows.map(({ name }) => name)).toEqual([
      'logins/0@0',
      'logins/0@1',
      'logins/0@2',
      'logins/1@0',
      'logins/1@1'
    ])
    produce.delivered({ batch: 3, rows: 2 })
    expect(acknowledged).toEqual([batches[2]])
    const late = released(first, 1)
    produce.release(late)
    expect(dropped).toContain(late)
  })

  test.each([
    [10, true],
    [32, true],
    [87, true],
    [-138, true],
    [45, true],
    [-192, false],
    [6, false],
    [7, false]
  ])('code %i sends the partition back, and its rows one by one: %s', (code, isolate) => {
    const { produce, rewound, errors } = setUp(10)
    const batch = released(assigned(new Assignments(), 1)[0], 2)
    produce.release(batch)
    produce.delivered({ batch: 1, rows: 2, error: { code, message: 'no' } })
    expect([rewound, errors]).toEqual([[{ assignment: batch.assignment, isolate }], []])
  })

  test.each([3, 29, -150, -188])('code %i is for somebody to mend, and ends the processor', code => {
    const { produce, acknowledged, errors } = setUp(10)
    produce.release(released(assigned(new Assignments(), 1)[0], 2))
    produce.delivered({ batch: 1, rows: 2, error: { code, message: 'no' } })
    expect(errors.map(({ message }) => message)).toEqual([`the brokers refused output of logins/0: no (code ${code})`])
    expect(acknowledged).toEqual([])
  })

  test('batches below the limit of isolation take another way', () => {
    const [assignment] = assigned(new Assignments(), 1)
    const { produce, producer, isolated } = setUp(10)
    assignment.isolateBelow = 1
    const [suspect, innocent] = [released(assignment, 2), released(assignment, 2)]
    produce.release(suspect)
    produce.release(innocent)
    expect(isolated).toEqual([suspect])
    expect(producer.rows.map(({ name }) => name)).toEqual(['logins/0@2', 'logins/0@3'])
  })

  test('a report for a batch that is not in flight is a fault', () => {
    expect(() => setUp(1).produce.delivered({ batch: 7, rows: 1 })).toThrow('batch 7, which is not in flight')
  })
})
