import { describe, expect, test } from 'vitest'
import type { ProduceFailure } from '../../src/kafka/ports.ts'
import { remedyFor } from '../../src/kafka/produce-errors.ts'
import type { Harness, TopicLimits } from './harness.ts'
import type { Row } from './rows.ts'
import { nextTurn, Sender, text } from './sender.ts'

interface Kind {
  readonly kind: string
  readonly limits: TopicLimits
  readonly bad: Row
}

/** Two ways in which brokers refuse a whole batch for one row. */
const KINDS: readonly Kind[] = [
  { kind: 'too large', limits: { maxBatchBytes: 3_000 }, bad: { value: Buffer.alloc(5_000, 7) } },
  { kind: 'too old', limits: { maxAgeMs: 3_600_000 }, bad: { value: text('bad'), timestampMs: Date.now() - 7_200_000 } }
]

const rowsOf = (...values: string[]): Row[] => values.map(value => ({ value: text(value) }))
const isolates = (failure: ProduceFailure | undefined) => failure !== undefined && remedyFor(failure.code) === 'isolate'

export function describeFailures(harness: () => Harness): void {
  const connect = (topic: string) => Sender.connect(harness(), { outputTopics: [topic] })
  const stored = async (topic: string, partition = 0) =>
    (await harness().read(topic)).filter(record => record.partition === partition).map(({ value }) => String(value))

  describe.for(KINDS)('a row that is $kind', ({ limits, bad }) => {
    test('fails; nothing more is taken until all before it is reported, and what comes then is acknowledged', async () => {
      const topic = await harness().createTopic(2, limits)
      const sender = await connect(topic)
      const handed = 5
      const takenEarly: number[] = []
      const late = rowsOf('late')
      sender.onReport = ({ error }) => {
        if (error === undefined) return
        const known = sender.reports.reduce((sum, { rows }) => sum + rows, 0)
        if (known < handed) takenEarly.push(sender.send(9, late))
      }
      sender.send(1, rowsOf('a', 'b'))
      sender.send(2, [bad])
      sender.send(3, rowsOf('c'))
      sender.send(4, rowsOf('elsewhere'), 1)
      while (sender.failed(2) === 0) await nextTurn()
      expect(new Set(takenEarly)).not.toContain(1)
      await sender.sendAll(5, late)
      expect([1, 2, 3, 4].map(batch => sender.reported(batch))).toEqual([2, 1, 1, 1])
      await sender.settled()
      expect([sender.reported(5), sender.failed(5)]).toEqual([1, 0])
      expect(sender.reports.filter(({ batch }) => batch === 2)).toSatisfy(([{ error }]) => isolates(error))
      const values = await stored(topic)
      expect(values.at(-1)).toBe('late')
      for (const [batch, acknowledged] of [
        [1, 'a'],
        [1, 'b'],
        [3, 'c']
      ] as const) {
        if (sender.failed(batch) === 0) expect(values).toContain(acknowledged)
      }
      if (sender.failed(4) === 0) expect(await stored(topic, 1)).toEqual(['elsewhere'])
      await sender.disconnect()
    })

    test('stops what was handed over behind it: handed over again, everything is in order', async () => {
      const topic = await harness().createTopic(2, limits)
      const sender = await connect(topic)
      const culprit = 6
      const rows = Array.from({ length: 60 }, (_, i) => (i === culprit ? bad : { value: text(`${i}`) }))
      // A row at a time, so that several requests are on their way when the answer to the bad one comes.
      const isFine = () => sender.reports.every(({ error }) => error === undefined)
      let handed = 0
      for (; handed < rows.length && isFine(); handed++) {
        if (sender.send(handed, [rows[handed]], handed % 2) === 0) break
        await nextTurn()
      }
      await sender.settled()
      expect((await stored(topic)).map(Number).filter(row => row > culprit)).toEqual([])
      for (const partition of [0, 1]) {
        const own = Array.from(rows.keys()).filter(row => row % 2 === partition)
        const from = own.find(row => row >= handed || sender.failed(row) > 0) ?? rows.length
        const again = own.filter(row => row >= from && row !== culprit)
        await sender.sendAll(
          1000 + partition,
          again.map(row => rows[row]),
          partition
        )
        await sender.settled()
        expect(sender.failed(1000 + partition)).toBe(0)
        const firsts = [...new Set(await stored(topic, partition))]
        expect(firsts.map(Number)).toEqual(own.filter(row => row !== culprit))
      }
      await sender.disconnect()
    })

    test('sent alone, it is the only one to fail, and the others arrive in order', async () => {
      const topic = await harness().createTopic(1, limits)
      const sender = await connect(topic)
      const rows = [...rowsOf('a', 'b', 'c'), bad, ...rowsOf('d', 'e')]
      const failures = await sender.sendAlone(rows)
      expect(failures.map(failure => failure !== undefined)).toEqual([false, false, false, true, false, false])
      expect(failures[3]).toSatisfy(isolates)
      expect(await stored(topic)).toEqual(['a', 'b', 'c', 'd', 'e'])
      await sender.disconnect()
    })

    test('is found by sending every row again alone, and then rows go together again', async () => {
      const topic = await harness().createTopic(1, limits)
      const sender = await connect(topic)
      const rows = [...rowsOf('a', 'b'), bad, ...rowsOf('c')]
      sender.send(1, rows)
      await sender.settled()
      expect(sender.failed(1)).toBeGreaterThan(0)
      const before = await stored(topic)
      const failures = await sender.sendAlone(rows)
      expect(failures.map(isolates)).toEqual([false, false, true, false])
      await sender.sendAll(2, rowsOf('d', 'e'))
      await sender.settled()
      expect(sender.failed(2)).toBe(0)
      expect((await stored(topic)).slice(before.length)).toEqual(['a', 'b', 'c', 'd', 'e'])
      await sender.disconnect()
    })
  })

  describe('failures', () => {
    test('a row that the client itself refuses fails, alone too, and the next ones arrive', async () => {
      const topic = await harness().createTopic(1)
      const sender = await connect(topic)
      const bad = { value: Buffer.alloc(1_500_000) }
      expect(sender.send(1, [bad])).toBe(1)
      await sender.settled()
      expect(sender.reports).toMatchObject([{ batch: 1, rows: 1, error: { code: 10 } }])
      expect(await sender.sendAlone([bad, ...rowsOf('a')])).toMatchObject([{ code: 10 }, undefined])
      await sender.sendAll(2, rowsOf('b'))
      await sender.settled()
      expect(sender.failed(2)).toBe(0)
      expect(await stored(topic)).toEqual(['a', 'b'])
      await sender.disconnect()
    })

    test('a row behind one that the client itself refuses is not written before it is handed over again', async () => {
      const topic = await harness().createTopic(1)
      const sender = await connect(topic)
      sender.send(1, [...rowsOf('a'), { value: Buffer.alloc(1_500_000) }, ...rowsOf('b')])
      await sender.settled()
      expect(sender.failed(1)).toBeGreaterThan(0)
      expect(await stored(topic)).not.toContain('b')
      await sender.disconnect()
    })

    test('a row that is sent alone is stored as it would be among others', async () => {
      const topic = await harness().createTopic(10)
      const sender = await connect(topic)
      const rows: Row[] = [
        { key: text('foobar'), value: text('keyed'), timestampMs: 1_700_000_000_000 },
        { key: null, value: null, headers: [{ name: 'größe', value: text('7') }] },
        { key: text(''), value: text('') }
      ]
      expect(await sender.sendAlone(rows, 13)).toEqual([undefined, undefined, undefined])
      await sender.sendAll(1, rows, 13)
      await sender.settled()
      const records = await harness().read(topic)
      const contents = records.map(({ partition, key, value, headers }) => ({ partition, key, value, headers }))
      for (const partition of [1, 3, 6]) {
        const [alone, among, ...rest] = contents.filter(record => record.partition === partition)
        expect([alone, rest]).toEqual([among, []])
      }
      expect(records.find(({ partition }) => partition === 6)?.timestampMs).toBe(1_700_000_000_000)
      await sender.disconnect()
    })
  })
}
