import { describe, expect, test } from 'vitest'
import { shapeOf } from '../../src/slabs/layout.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SLAB_RECORDS, uniqueName, type Harness, type NewRecord } from './harness.ts'
import { Member, spans } from './member.ts'

const NOW_MS = Date.now()
const text = (value: string) => Buffer.from(value)
const numbered = (count: number): NewRecord[] => Array.from({ length: count }, (_, i) => ({ value: text(`${i}`) }))

export function describeConsuming(harness: () => Harness): void {
  const memberOf = async (topic: string, slabBytes?: number) => {
    const { consumer } = harness().transport({ group: uniqueName('group') })
    return new Member(consumer, slabBytes).join([topic])
  }

  /** Appends, and reads back what comes of it. */
  const roundTrip = async (records: readonly NewRecord[]) => {
    const topic = await harness().createTopic(1)
    await harness().append(topic, 0, records)
    const member = await memberOf(topic)
    await member.pollUntil(() => member.records.length >= records.length)
    await member.consumer.disconnect()
    return member.records
  }

  describe('consuming', () => {
    test('records of a partition arrive in order, whole, and with their place and time', async () => {
      const sent = numbered(500).map(({ value }, i) => ({ value, timestampMs: NOW_MS + i }))
      const records = await roundTrip(sent)
      expect(records.map(record => record.offset)).toEqual(sent.map((_, i) => i))
      expect(records.map(record => record.value)).toEqual(sent.map(record => record.value))
      expect(records.map(record => record.timestampMs)).toEqual(sent.map(record => record.timestampMs))
      expect(new Set(records.map(record => record.partition))).toEqual(new Set([0]))
    })

    test('null and empty keys and values stay different', async () => {
      const bytes = [null, text(''), text('x')]
      const sent = bytes.flatMap(key => bytes.map(value => ({ key, value })))
      const records = await roundTrip(sent)
      expect(records.map(({ key, value }) => ({ key, value }))).toEqual(sent)
    })

    test('headers keep their order, duplicates, empty values and odd names', async () => {
      const headers = [
        { name: 'trace', value: text('a') },
        { name: 'trace', value: text('b') },
        { name: 'empty', value: text('') },
        { name: '7', value: text('seven') },
        { name: '__proto__', value: text('no prototype') },
        { name: 'größe', value: Buffer.from([0, 255, 128]) }
      ]
      const [none, some] = await roundTrip([{ headers: [] }, { headers }])
      expect(none.headers).toEqual([])
      expect(some.headers).toEqual(headers)
    })

    test('a record with 500 headers arrives whole', async () => {
      const headers = Array.from({ length: 500 }, (_, i) => ({ name: `name-${i % 7}`, value: text(`${i}`) }))
      const [record] = await roundTrip([{ headers }])
      expect(record.headers).toEqual(headers)
    })

    test('the end of a partition is told once everything below it has been delivered, empty partitions too', async () => {
      const topic = await harness().createTopic(2)
      await harness().append(topic, 1, numbered(200))
      const member = await memberOf(topic)
      const ended = (offset: number) => member.ends().some(end => end.offset === offset)
      await member.pollUntil(() => ended(200))
      expect(member.records).toHaveLength(200)
      await member.pollUntil(() => ended(0))
      const epochs = new Map(member.assigned().map(({ partition, epoch }) => [partition, epoch]))
      expect(member.ends()).toContainEqual({ epoch: epochs.get(1), offset: 200 })
      expect(member.ends()).toContainEqual({ epoch: epochs.get(0), offset: 0 })
      expect(member.consumer.endOffset({ topic, partition: 1 })).toBe(200)
      await member.consumer.disconnect()
    })

    test('the end offset of a partition that was never fetched is unknown', async () => {
      const topic = await harness().createTopic(1)
      const member = await memberOf(topic)
      expect(member.consumer.endOffset({ topic, partition: 0 })).toBe(-1)
      await member.consumer.disconnect()
    })

    test('a slab that is full loses nothing of what was fetched', async () => {
      const topic = await harness().createTopic(1)
      const sent = numbered(300).map(({ value }) => ({ value: Buffer.concat([value!, Buffer.alloc(2_000)]) }))
      await harness().append(topic, 0, sent)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length >= sent.length)
      expect(member.records.map(record => record.value)).toEqual(sent.map(record => record.value))
      await member.consumer.disconnect()
    })

    test('a record larger than the slab says what it needs, waits, and comes before its successors', async () => {
      const topic = await harness().createTopic(1)
      const large = Buffer.alloc(300_000, 7)
      await harness().append(topic, 0, [{ value: text('before') }, { value: large }, { value: text('after') }])
      const member = await memberOf(topic)
      let needsBytes: number | undefined
      while (needsBytes === undefined) ({ needsBytes } = await member.poll())
      expect(member.records).toHaveLength(1)
      expect(needsBytes).toBeGreaterThanOrEqual(large.length)
      await member.poll()
      expect(member.records).toHaveLength(1)
      member.slab = Slab.allocate({ ...shapeOf(SLAB_RECORDS, 64 * 1024), inputBytes: needsBytes })
      await member.pollUntil(() => member.records.length === 3)
      expect(member.records.map(record => record.value)).toEqual([text('before'), large, text('after')])
      await member.consumer.disconnect()
    })

    test('a record above the limit arrives without its value and with its length', async () => {
      const topic = await harness().createTopic(1)
      await harness().append(topic, 0, [{ key: text('k'), value: Buffer.alloc(50_000) }, { value: text('after') }])
      const member = await memberOf(topic)
      member.maxRecordBytes = 10_000
      await member.pollUntil(() => member.records.length === 2)
      expect(member.records[0]).toMatchObject({ offset: 0, key: text('k'), omittedBytes: 50_000 })
      expect(member.records[1].value).toEqual(text('after'))
      await member.consumer.disconnect()
    })

    test('a poll without a slab delivers no record; what comes later lacks none', async () => {
      const topic = await harness().createTopic(1)
      await harness().append(topic, 0, numbered(200))
      const member = await memberOf(topic)
      await member.pollUntil(() => member.records.length > 0)
      const before = member.records.length
      for (let i = 0; i < 20; i++) await member.pollWithoutSlab()
      expect(member.records).toHaveLength(before)
      await member.pollUntil(() => member.records.length >= 200)
      expect(spans(member.records)).toBe('0-199')
      await member.consumer.disconnect()
    })

    test('hold and release lose and repeat nothing', async () => {
      const topic = await harness().createTopic(2)
      const member = await memberOf(topic)
      await member.pollUntil(() => member.assigned().length === 2)
      for (let round = 0; round < 4; round++) {
        await harness().append(topic, round % 2, numbered(150))
        await member.poll()
        member.consumer.hold()
        for (let i = 0; i < 5; i++) await member.pollWithoutSlab()
        member.consumer.release()
      }
      await member.pollUntil(() => member.records.length >= 600)
      for (const partition of [0, 1]) {
        expect(spans(member.records.filter(record => record.partition === partition))).toBe('0-299')
      }
      await member.consumer.disconnect()
    })

    test('partitions that are assigned during a hold deliver nothing until it is released', async () => {
      const topic = await harness().createTopic(1)
      await harness().append(topic, 0, numbered(10))
      const member = await memberOf(topic)
      member.consumer.hold()
      await member.pollUntil(() => member.assigned().length === 1)
      for (let i = 0; i < 30; i++) await member.poll()
      expect(member.records).toEqual([])
      member.consumer.release()
      await member.pollUntil(() => member.records.length >= 10)
      expect(spans(member.records)).toBe('0-9')
      await member.consumer.disconnect()
    })

    test('a pattern subscribes to every topic it matches', async () => {
      const topics = [await harness().createTopic(1), await harness().createTopic(1)]
      for (const topic of topics) await harness().append(topic, 0, numbered(1))
      const member = await memberOf(`^(${topics.join('|')})$`)
      await member.pollUntil(() => member.records.length === 2)
      expect(new Set(member.records.map(record => record.topic))).toEqual(new Set(topics))
      await member.consumer.disconnect()
    })
  })
}
