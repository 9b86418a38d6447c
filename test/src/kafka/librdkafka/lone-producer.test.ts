import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LoneProducer, type LoneReport } from '../../../../src/kafka/librdkafka/lone-producer.ts'
import type { Slab } from '../../../../src/slabs/slab.ts'

const NONE = 0
const QUEUE_FULL = -184
const slab = undefined as unknown as Slab

/** A client that answers each row with the next of `codes`, and reports what it is told to. */
function lone(codes: number[] = []) {
  const connecting = Promise.withResolvers<void>()
  const handed: number[] = []
  const closed: number[] = []
  let reported!: LoneReport
  const producer = new LoneProducer(async report => {
    reported = report
    await connecting.promise
    return {
      hand: (_, row) => {
        const code = codes.shift() ?? NONE
        if (code === NONE) handed.push(row)
        return { code, topic: 't' }
      },
      close: async flushMs => void closed.push(flushMs)
    }
  })
  return { producer, connecting, handed, closed, report: (...of: Parameters<LoneReport>) => reported(...of) }
}

test('rows are handed over in their order, however long it takes to connect, and each has its own report', async () => {
  const { producer, connecting, handed, report } = lone()
  const outcomes = [7, 8, 9].map(row => producer.produce(slab, row, 0))
  await nextTurn()
  connecting.resolve()
  await nextTurn()
  expect(handed).toEqual([7, 8, 9])
  report(2, { code: 10, message: 'too large' })
  report(3, undefined)
  report(1, undefined)
  expect(await Promise.all(outcomes)).toEqual([undefined, { code: 10, message: 'too large' }, undefined])
})

test('a full queue is waited for, and a row that the client refuses has failed at once', async () => {
  const { producer, connecting, handed, report } = lone([QUEUE_FULL, QUEUE_FULL, NONE, -180])
  connecting.resolve()
  const [first, second] = [producer.produce(slab, 0, 0), producer.produce(slab, 1, 0)]
  expect(await second).toMatchObject({ code: -180 })
  report(1, undefined)
  expect(await first).toBeUndefined()
  expect(handed).toEqual([0])
})

test('a client that can not be had is tried for again with the next row', async () => {
  let attempts = 0
  const producer = new LoneProducer(() => {
    attempts++
    return Promise.reject(Object.assign(new Error('nobody there'), { code: -195 }))
  })
  expect(await producer.produce(slab, 0, 0)).toEqual({ code: -195, message: 'nobody there' })
  expect(await producer.produce(slab, 1, 0)).toEqual({ code: -195, message: 'nobody there' })
  expect(attempts).toBe(2)
})

test('what is under way when it is closed has failed; a client that nobody has waited for is closed, too', async () => {
  const open = lone()
  open.connecting.resolve()
  const underWay = open.producer.produce(slab, 0, 0)
  await nextTurn()
  await open.producer.close(300)
  expect(await underWay).toMatchObject({ message: 'the producer is disconnected' })
  expect(open.closed).toEqual([300])

  const late = lone()
  const waiting = late.producer.produce(slab, 0, 0)
  await nextTurn()
  await late.producer.close(300)
  late.connecting.resolve()
  expect(await waiting).toMatchObject({ message: 'the producer is disconnected' })
  expect([late.handed, late.closed]).toEqual([[], [0]])
})
