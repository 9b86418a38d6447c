import { describe, expect, test } from 'vitest'
import { Assignment } from '../../../../src/kafka/confluent/assignment.ts'
import type { ConsumedMessage } from '../../../../src/kafka/confluent/client.ts'
import { PendingRecords } from '../../../../src/kafka/confluent/pending-records.ts'
import type { ConsumerEvent } from '../../../../src/kafka/ports.ts'
import { shapeOf } from '../../../../src/slabs/layout.ts'
import { Slab } from '../../../../src/slabs/slab.ts'
import { SlabWriter } from '../../../../src/slabs/writer.ts'

const message = (partition: number, offset: number, sizeBytes = 1, leaderEpoch = 0): ConsumedMessage => ({
  topic: 't',
  leaderEpoch,
  partition,
  offset,
  timestamp: 1,
  key: null,
  value: Buffer.alloc(sizeBytes)
})
const endOf = (partition: number, offset: number, messageIndex: number) => ({
  topic: 't',
  partition,
  offset,
  messageIndex
})

function pendingWith(epochs: readonly number[], records = 4) {
  const assignment = new Assignment()
  assignment.add(epochs.map((epoch, partition) => ({ topic: 't', partition, epoch })))
  const pending = new PendingRecords(assignment)
  const slab = Slab.allocate(shapeOf(records, 4_096))
  const deliver = () => {
    slab.clear()
    const events: ConsumerEvent[] = []
    const needsBytes = pending.deliver(new SlabWriter(slab, 1_000_000), events)
    const offsets = Array.from({ length: slab.records }, (_, record) => slab.offsetOf(record))
    return { offsets, events, needsBytes }
  }
  return { assignment, pending, deliver, slab }
}

describe('pending records', () => {
  test('records that the client delivers again, as after a pause, are delivered once', () => {
    const { pending, deliver } = pendingWith([1])
    for (const offsets of [[0, 1, 2], [0, 1], [2, 3], [5]]) {
      pending.add(
        offsets.map(offset => message(0, offset)),
        []
      )
    }
    expect(deliver().offsets).toEqual([0, 1, 2, 3])
    expect(deliver().offsets).toEqual([5])
  })

  test('under a new epoch a partition may begin anywhere', () => {
    const { assignment, pending, deliver } = pendingWith([1])
    pending.add([message(0, 7)], [])
    deliver()
    assignment.add([{ topic: 't', partition: 0, epoch: 2 }])
    pending.add([message(0, 3)], [])
    expect(deliver().offsets).toEqual([3])
  })

  test('other records under offsets that were delivered are no repetition: the brokers have lost some', () => {
    const { pending, deliver } = pendingWith([1])
    pending.add(
      [0, 1, 2].map(offset => message(0, offset)),
      []
    )
    deliver()
    pending.add([message(0, 1, 1, 5)], [])
    expect(deliver).toThrow('the brokers lost records of t/0 from offset 1 to 2')
  })

  test('what does not fit the slab comes with the next one', () => {
    const { pending, deliver } = pendingWith([1])
    pending.add(
      [0, 1, 2, 3, 4, 5].map(offset => message(0, offset)),
      []
    )
    expect(deliver().offsets).toEqual([0, 1, 2, 3])
    expect(pending.size).toBe(2)
    expect(deliver().offsets).toEqual([4, 5])
    expect(pending.size).toBe(0)
  })

  test('an end waits for the records before it', () => {
    const { pending, deliver } = pendingWith([1, 2])
    pending.add(
      [0, 1, 2, 3, 4].map(offset => message(0, offset)),
      [endOf(1, 9, 1), endOf(0, 5, 4)]
    )
    expect(deliver().events).toEqual([{ type: 'end', epoch: 2, offset: 9 }])
    expect(deliver().events).toEqual([{ type: 'end', epoch: 1, offset: 5 }])
  })

  test('messages and ends that are added behind others stay behind them', () => {
    const { pending, deliver } = pendingWith([1], 2)
    pending.add([message(0, 0), message(0, 1), message(0, 2)], [])
    pending.add([message(0, 3)], [endOf(0, 4, 0)])
    expect(deliver()).toMatchObject({ offsets: [0, 1], events: [] })
    expect(deliver()).toMatchObject({ offsets: [2, 3], events: [{ type: 'end', epoch: 1, offset: 4 }] })
  })

  test('a record that does not fit an empty slab says what it needs and stays', () => {
    const { pending, deliver } = pendingWith([1])
    pending.add([message(0, 0), message(0, 1, 9_000)], [endOf(0, 2, 1)])
    expect(deliver()).toMatchObject({ offsets: [0], needsBytes: 0 })
    expect(deliver()).toMatchObject({ offsets: [], needsBytes: 9_001, events: [] })
    expect(pending.size).toBe(1)
  })

  test('partitions that are not assigned are dropped', () => {
    const { pending, deliver, assignment } = pendingWith([1, 2])
    assignment.remove([{ topic: 't', partition: 1 }])
    pending.add([message(0, 5), message(1, 6), message(7, 7)], [endOf(1, 7, 1)])
    expect(deliver()).toMatchObject({ offsets: [5], events: [] })
  })

  test('what was dropped does not come back under a later epoch', () => {
    const { pending, deliver, assignment } = pendingWith([1, 2])
    pending.add([message(0, 0), message(1, 10), message(0, 1)], [endOf(1, 11, 1)])
    assignment.remove([{ topic: 't', partition: 1 }])
    pending.drop([{ topic: 't', partition: 1 }])
    assignment.add([{ topic: 't', partition: 1, epoch: 3 }])
    expect(deliver()).toMatchObject({ offsets: [0, 1], events: [] })
  })

  test('what is set aside waits, others do not; restored, it comes first, with its ends', () => {
    const { assignment, pending, deliver } = pendingWith([1, 2], 8)
    pending.add([message(0, 0), message(1, 0), message(0, 1), message(1, 1)], [endOf(1, 2, 3), endOf(0, 2, 2)])
    pending.setAside([{ topic: 't', partition: 0 }])
    const first = deliver()
    expect([first.offsets, first.events]).toEqual([[0, 1], [{ type: 'end', epoch: 2, offset: 2 }]])
    pending.add([message(1, 2)], [])
    pending.restore([{ topic: 't', partition: 0 }])
    const second = deliver()
    expect([second.offsets, second.events]).toEqual([[0, 1, 2], [{ type: 'end', epoch: 1, offset: 2 }]])
    expect(assignment.epochOf('t', 0)).toBe(1)
  })

  test('what is set aside twice comes in order', () => {
    const { pending, deliver } = pendingWith([1], 8)
    const only = [{ topic: 't', partition: 0 }]
    pending.add([message(0, 0), message(0, 1)], [endOf(0, 2, 1)])
    pending.setAside(only)
    pending.add([message(0, 2)], [endOf(0, 3, 0)])
    pending.setAside(only)
    expect(deliver()).toMatchObject({ offsets: [], events: [] })
    pending.restore(only)
    expect(deliver()).toMatchObject({ offsets: [0, 1, 2], events: [{ offset: 2 }, { offset: 3 }] })
  })

  test('an end is not told before records that come before it, though others were restored ahead of them', () => {
    const { pending, deliver } = pendingWith([1, 2], 2)
    pending.add([message(0, 0), message(1, 0), message(1, 1)], [endOf(1, 2, 2)])
    pending.setAside([{ topic: 't', partition: 0 }])
    pending.restore([{ topic: 't', partition: 0 }])
    expect(deliver()).toMatchObject({ offsets: [0, 0], events: [] })
    expect(deliver()).toMatchObject({ offsets: [1], events: [{ epoch: 2, offset: 2 }] })
  })

  test('what is dropped is not restored', () => {
    const { pending, deliver } = pendingWith([1], 8)
    const only = [{ topic: 't', partition: 0 }]
    pending.add([message(0, 0)], [endOf(0, 1, 0)])
    pending.setAside(only)
    pending.drop(only)
    pending.restore(only)
    expect(deliver()).toMatchObject({ offsets: [], events: [] })
  })
})
