import { describe, expect, test } from 'vitest'
import { Assignment } from '../../../../src/kafka/confluent/assignment.ts'
import type { ConsumedMessage, NativeConsumer, PartitionEnd } from '../../../../src/kafka/confluent/client.ts'
import { PendingRecords } from '../../../../src/kafka/confluent/pending-records.ts'
import { Polling } from '../../../../src/kafka/confluent/polling.ts'
import type { ConsumerEvent } from '../../../../src/kafka/ports.ts'
import { Slab } from '../../../../src/slabs/slab.ts'
import { SlabWriter } from '../../../../src/slabs/writer.ts'
import { usualShape } from '../../../fixtures/stages.ts'

type Arrival = readonly [messages: ConsumedMessage[], ends: PartitionEnd[]]

/** A client that answers each call with what the test has for it, in turn. */
function setUp(arrivals: Arrival[]) {
  const calls: { waits: boolean; messages: number; firstOnly: boolean }[] = []
  const assignment = new Assignment()
  assignment.add([{ topic: 'logins', partition: 0, epoch: 7 }])
  const events: ConsumerEvent[] = []
  const consume: NativeConsumer['consume'] = (waitMs, messages, firstOnly, callback) => {
    calls.push({ waits: waitMs > 0, messages, firstOnly })
    const [received, ends] = arrivals.shift() ?? [[], []]
    setImmediate(() => callback(null, received, ends))
  }
  const polling = new Polling({
    pending: new PendingRecords(assignment),
    events,
    slabRecords: usualShape.records,
    native: () => ({ consume }) as NativeConsumer,
    beforeConsume: async () => undefined,
    awaited: () => false
  })
  const slab = Slab.allocate(usualShape)
  return { calls, slab, poll: () => polling.poll(new SlabWriter(slab, 1000)) }
}

const message = (offset: number) =>
  ({
    topic: 'logins',
    partition: 0,
    offset,
    key: null,
    value: Buffer.from('v'),
    size: 1,
    timestamp: 1
  }) as ConsumedMessage
const end = (offset: number): PartitionEnd => ({ topic: 'logins', partition: 0, offset, messageIndex: -1 })

describe('a poll of kafka-javascript', () => {
  test('takes what there is and waits for no more of it', async () => {
    const { calls, slab, poll } = setUp([[[message(0), message(1)], []]])
    await poll()
    expect(slab.records).toBe(2)
    expect(calls).toEqual([{ waits: false, messages: 100, firstOnly: false }])
  })

  test('waits for one record where there is none, and takes what has come with it', async () => {
    const { calls, slab, poll } = setUp([
      [[], []],
      [[message(0)], []],
      [[message(1), message(2)], []]
    ])
    await poll()
    expect(slab.records).toBe(3)
    expect(calls).toEqual([
      { waits: false, messages: 100, firstOnly: false },
      { waits: true, messages: 1, firstOnly: false },
      { waits: false, messages: 99, firstOnly: false }
    ])
  })

  test('ends when nothing has come', async () => {
    const { calls, slab, poll } = setUp([])
    expect(await poll()).toEqual({ events: [] })
    expect([slab.records, calls.length]).toEqual([0, 2])
  })

  test('tells of the end of a partition', async () => {
    const { poll } = setUp([[[], [end(5)]]])
    expect(await poll()).toEqual({ events: [{ type: 'end', epoch: 7, offset: 5 }] })
  })
})
