import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { remedyFor } from '../../src/kafka/produce-errors.ts'
import type { Row } from '../contract/rows.ts'
import { nextTurn, type Sender, text } from '../contract/sender.ts'
import { FaultyKafka } from '../kafka/faulty-kafka.ts'
import { Api, DISCONNECT, mockClusterObstacle } from '../kafka/mock-cluster.ts'

const obstacle = mockClusterObstacle()
if (obstacle !== undefined) console.warn(`tests on librdkafka's mock cluster are SKIPPED: ${obstacle}`)

const numbered = (first: number, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ value: text(`${first + i}`) }))
const valuesOf = (rows: readonly Row[]) => rows.map(({ value }) => String(value))

describe.skipIf(obstacle !== undefined)('a producer among failing brokers', () => {
  let kafka: FaultyKafka
  let topic: string
  let sender: Sender
  const connect = async (deliveryTimeoutMs?: number) => {
    sender = await kafka.connect({ outputTopics: [topic], deliveryTimeoutMs })
  }

  beforeEach(async () => {
    kafka = await FaultyKafka.start()
    topic = await kafka.createTopic(2)
  })
  afterEach(async () => {
    await sender.disconnect()
    kafka.end()
  })

  test.for([
    ['leader moved', 6],
    ['request timed out', 7],
    ['not enough replicas', 19],
    ['connection closed', DISCONNECT]
  ] as const)('%s: waited out, and no row is lost, repeated or out of order', async ([, code]) => {
    await connect()
    await kafka.cluster.call('pushErrors', Api.PRODUCE, [code, code])
    const rows = numbered(0, 50)
    await sender.sendAll(1, rows)
    await sender.settled()
    expect([sender.reported(1), sender.failed(1)]).toEqual([50, 0])
    expect(await kafka.stored(topic)).toEqual(valuesOf(rows))
  })

  test.for([
    ['too large', 10, 'isolate'],
    ['invalid record', 87, 'isolate'],
    ['topic authorization failed', 29, 'stop']
  ] as const)(
    '%s: told for its rows, each once; what is left of others is given up, and all can be sent again',
    async ([, code, remedy]) => {
      await connect()
      await kafka.cluster.call('pushPartitionError', topic, 0, Api.PRODUCE, code)
      const taken = [
        sender.send(0, numbered(0, 3)),
        sender.send(1, numbered(3, 2)),
        sender.send(2, numbered(100, 4), 1)
      ]
      await sender.settled()
      expect([0, 1, 2].map(batch => sender.reported(batch))).toEqual(taken)
      expect(sender.failed(0)).toBe(3)
      const told = sender.reports.filter(({ batch }) => batch === 0).map(({ error }) => error?.code)
      expect(new Set(told)).toEqual(new Set([code]))
      expect(remedyFor(code)).toBe(remedy)
      // Refused for the whole topic, rows of the other partition may be so, too; else they only were in the same client.
      const others = sender.reports.filter(({ batch }) => batch === 2).flatMap(({ error }) => error?.code ?? [])
      expect([-152, code === 29 ? code : -152]).toEqual(expect.arrayContaining([...new Set(others)]))
      expect(sender.errors).toEqual([])
      await sender.sendAll(3, numbered(0, 5))
      await sender.settled()
      expect([sender.reported(3), sender.failed(3)]).toEqual([5, 0])
      expect((await kafka.stored(topic)).slice(-5)).toEqual(valuesOf(numbered(0, 5)))
    }
  )

  test('a sequence that the brokers do not follow ends the client, and that is told as fatal', async () => {
    await connect()
    await kafka.cluster.call('pushErrors', Api.PRODUCE, [45])
    sender.send(1, numbered(0, 3))
    await sender.settled()
    expect(sender.failed(1)).toBe(3)
    expect(sender.reports[0].error?.code).toBe(45)
    while (sender.errors.length === 0) await nextTurn()
    expect(sender.errors).toMatchObject([{ code: -150, fatal: true }])
  })

  test('leaders that move while rows are handed over lose and repeat none', async () => {
    await connect()
    for (let batch = 0; batch < 15; batch++) {
      if (batch % 5 === 0) await kafka.cluster.call('setLeader', topic, 0, 1 + (batch % 3))
      await sender.sendAll(batch, numbered(batch * 10, 10))
      await sender.settled()
    }
    expect(sender.reports.filter(({ error }) => error !== undefined)).toEqual([])
    expect(await kafka.stored(topic)).toEqual(valuesOf(numbered(0, 150)))
  })

  test('brokers that are away for a while are waited for', async () => {
    await connect()
    await kafka.setDown(true)
    await sender.sendAll(1, numbered(0, 20))
    while (sender.errors.length === 0) await nextTurn()
    expect(sender.reported(1)).toBe(0)
    await kafka.setDown(false)
    await sender.settled()
    expect([sender.reported(1), sender.failed(1)]).toEqual([20, 0])
    expect(await kafka.stored(topic)).toEqual(valuesOf(numbered(0, 20)))
  })

  test('brokers that are away for longer than the delivery timeout: every row fails once, and is taken again', async () => {
    await connect(500)
    await kafka.setDown(true)
    sender.send(1, numbered(0, 20))
    sender.send(2, numbered(20, 20), 1)
    await sender.settled()
    expect([1, 2].map(batch => [sender.reported(batch), sender.failed(batch)])).toEqual([
      [20, 20],
      [20, 20]
    ])
    expect(new Set(sender.reports.map(({ error }) => error?.code))).toEqual(new Set([-192]))
    expect(sender.send(3, numbered(0, 1))).toBe(0)
    await kafka.setDown(false)
    await sender.sendAll(3, numbered(0, 20))
    await sender.settled()
    expect([sender.reported(3), sender.failed(3)]).toEqual([20, 0])
    expect(await kafka.stored(topic)).toEqual(valuesOf(numbered(0, 20)))
    expect(sender.errors).toSatisfy((errors: { fatal: boolean }[]) => errors.every(({ fatal }) => !fatal))
  })

  test('slow brokers cost time and nothing else', async () => {
    await connect()
    for (const broker of [1, 2, 3]) await kafka.cluster.call('setRoundTripMs', broker, 150)
    for (let batch = 0; batch < 10; batch++) await sender.sendAll(batch, numbered(batch * 10, 10))
    await sender.settled()
    expect(sender.reports.filter(({ error }) => error !== undefined)).toEqual([])
    expect(await kafka.stored(topic)).toEqual(valuesOf(numbered(0, 100)))
  })

  test('of rows that are sent alone, the one whose request is refused fails, and no other', async () => {
    await connect()
    await kafka.cluster.call('pushErrors', Api.PRODUCE, [7, 0, 19, 0, 0, 87])
    const failures: (number | undefined)[] = []
    for (let row = 0; row < 6; row++) failures.push((await sender.sendAlone(numbered(row, 1)))[0]?.code)
    expect(failures).toEqual([undefined, undefined, undefined, 87, undefined, undefined])
    expect(await kafka.stored(topic)).toEqual(['0', '1', '2', '4', '5'])
  })

  test('whatever fails in whatever order, each row that was taken is told once, and arrives in the end', async () => {
    await connect()
    const codes = fc.sample(fc.constantFrom(0, 0, 0, 6, 7, 10, 19, 56, 87, DISCONNECT), { numRuns: 24, seed: 7 })
    await kafka.cluster.call('pushErrors', Api.PRODUCE, codes)
    let handed = 0
    for (let batch = 0; batch < 15; batch++) {
      const rows = numbered(batch * 5, 5)
      for (;;) {
        const number = ++handed
        await sender.sendAll(number, rows, batch % 2)
        if (batch % 3 > 0) await sender.settled()
        else break
        if (sender.failed(number) === 0) break
      }
    }
    await sender.settled()
    const known = Array.from({ length: handed }, (_, i) => sender.reported(i + 1))
    expect(known).toEqual(Array.from({ length: handed }, () => 5))
    expect(sender.errors).toSatisfy((errors: { fatal: boolean }[]) => errors.every(({ fatal }) => !fatal))
  })
})
