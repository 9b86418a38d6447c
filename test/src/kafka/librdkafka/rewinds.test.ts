import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Assignment } from '../../../../src/kafka/confluent/assignment.ts'
import { Rewinds, type Position } from '../../../../src/kafka/librdkafka/rewinds.ts'
import { KafkaError } from '../../../../src/kafka/kafka-error.ts'
import type { ConsumerEvent, TopicPartition } from '../../../../src/kafka/ports.ts'

const at = (partition: number, epoch: number, offset = 10): Position => ({ topic: 't', partition, epoch, offset })
const NOT_YET = new KafkaError(-172, 'not started')

function setUp(...partitions: number[]) {
  const assignment = new Assignment()
  assignment.add(partitions.map(partition => ({ topic: 't', partition, epoch: partition + 1 })))
  const events: ConsumerEvent[] = []
  const dropped: number[] = []
  const drop = (of: readonly TopicPartition[]) => dropped.push(...of.map(({ partition }) => partition))
  const rewinds = new Rewinds(assignment, events, drop)
  const epochs = () => partitions.map(partition => assignment.epochOf('t', partition))
  return { rewinds, assignment, events, dropped, epochs }
}

describe('rewinds', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('the old epoch is gone at once, the new one begins when the client has sought', async () => {
    const { rewinds, dropped, epochs } = setUp(0, 1)
    rewinds.add([at(0, 8, 100)])
    expect([epochs(), dropped, rewinds.partitions]).toMatchObject([[0, 2], [0], [{ partition: 0 }]])
    const seeking = Promise.withResolvers<undefined>()
    const sought: Position[] = []
    const running = rewinds.run(position => {
      sought.push(position)
      return seeking.promise
    })
    expect(sought).toMatchObject([{ partition: 0, offset: 100 }])
    expect(epochs()).toEqual([0, 2])
    seeking.resolve(undefined)
    await running
    expect([epochs(), rewinds.partitions]).toEqual([[8, 2], []])
  })

  test('what a consume has brought meanwhile is dropped before the new epoch begins', async () => {
    const { rewinds, dropped, epochs } = setUp(0)
    rewinds.add([at(0, 8)])
    dropped.length = 0
    await rewinds.run(async () => {
      expect([dropped, epochs()]).toEqual([[], [0]])
      return undefined
    })
    expect([dropped, epochs()]).toEqual([[0], [8]])
  })

  test('several seek side by side; one that fails is tried again, later, and delivers nothing until then', async () => {
    const { rewinds, epochs } = setUp(0, 1)
    rewinds.add([at(0, 8), at(1, 9)])
    const attempts: number[] = []
    const seek = async ({ partition }: Position) => {
      attempts.push(partition)
      return partition === 1 && attempts.length < 4 ? NOT_YET : undefined
    }
    await rewinds.run(seek)
    expect([epochs(), attempts]).toEqual([
      [8, 0],
      [0, 1]
    ])
    await rewinds.run(seek)
    expect(attempts).toHaveLength(2)
    vi.advanceTimersByTime(50)
    await rewinds.run(seek)
    vi.advanceTimersByTime(50)
    await rewinds.run(seek)
    expect([epochs(), attempts]).toEqual([
      [8, 9],
      [0, 1, 1, 1]
    ])
  })

  test('one that fails for a while is told as an error, now and then', async () => {
    const { rewinds, events } = setUp(0)
    rewinds.add([at(0, 8)])
    for (let ms = 0; ms < 25_000; ms += 50) {
      await rewinds.run(async () => NOT_YET)
      vi.advanceTimersByTime(50)
    }
    expect(events).toHaveLength(3)
    expect(events[0]).toMatchObject({
      type: 'error',
      code: -172,
      fatal: false,
      message: expect.stringContaining('t/0')
    })
  })

  test('the group asks it back while the client seeks: it stays undelivered', async () => {
    const { rewinds, epochs } = setUp(0)
    rewinds.add([at(0, 8)])
    await rewinds.run(async () => {
      rewinds.cancel([{ topic: 't', partition: 0 }])
      return undefined
    })
    expect([epochs(), rewinds.partitions]).toEqual([[0], []])
  })

  test('the group has asked it back before: nothing happens', () => {
    const { rewinds, assignment, dropped } = setUp(0)
    assignment.remove([{ topic: 't', partition: 0 }])
    rewinds.add([at(0, 8)])
    expect([rewinds.partitions, dropped]).toEqual([[], []])
  })

  test('once more before the client has sought: the last one counts', async () => {
    const { rewinds, epochs } = setUp(0)
    rewinds.add([at(0, 8, 100)])
    const sought: number[] = []
    await rewinds.run(async ({ offset }) => {
      sought.push(offset)
      if (sought.length === 1) rewinds.add([at(0, 9, 50)])
      return undefined
    })
    expect(epochs()).toEqual([0])
    vi.advanceTimersByTime(50)
    await rewinds.run(async ({ offset }) => {
      sought.push(offset)
      return undefined
    })
    expect([epochs(), sought]).toEqual([[9], [100, 50]])
  })
})
