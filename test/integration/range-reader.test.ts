import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminClient } from '../../src/kafka/confluent/client.ts'
import { ConfluentRangeReader } from '../../src/kafka/confluent/range-reader.ts'
import type { OffsetRange, RangeVisitor } from '../../src/kafka/range-reader.ts'
import { brokers, describeOnKafka, TestKafka, uniqueName } from '../kafka/test-kafka.ts'
import { TopicWriter } from '../kafka/topic-writer.ts'
import { until } from '../kafka/until.ts'

const RECORDS = 5000
const PARTITIONS = 3

describeOnKafka('reading ranges', () => {
  let kafka: TestKafka
  let reader: ConfluentRangeReader
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    reader = new ConfluentRangeReader({ 'bootstrap.servers': brokers })
    await reader.connect()
  })
  afterAll(async () => {
    await reader.disconnect()
    await kafka.disconnect()
  })

  /** The offsets that are read, by range. */
  async function offsetsOf(ranges: readonly OffsetRange[], more: Partial<RangeVisitor> = {}): Promise<number[][]> {
    const offsets: number[][] = ranges.map(() => [])
    const record: RangeVisitor['record'] = ({ offset }, range) => void offsets[range].push(offset)
    await reader.read(ranges, { record, ...more })
    return offsets
  }

  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

  describe('of a topic with plain records', () => {
    let topic: string
    const range = (partition: number, from: number, to: number) => ({ topic, partition, from, to })
    beforeAll(async () => {
      topic = await kafka.createTopic(uniqueName('ranges'), { partitions: PARTITIONS })
      await kafka.write(
        topic,
        Array.from({ length: RECORDS * PARTITIONS }, (_, number) => ({
          partition: number % PARTITIONS,
          value: 'value',
          headers: [{ name: 'number', value: Buffer.from(String(number)) }],
          timestampMs: 1_700_000_000_000 + Math.floor(number / PARTITIONS)
        }))
      )
    })

    test('hands on just what is in them, again and again', async () => {
      for (let time = 0; time < 2; time++) {
        const read = await offsetsOf([range(2, 4000, 4500), range(0, 0, 10), range(1, 7, 7)])
        expect(read).toEqual([numbers(4000, 4500), numbers(0, 10), []])
      }
      expect(await offsetsOf(numbers(0, PARTITIONS).map(partition => range(partition, 0, RECORDS)))).toEqual(
        numbers(0, PARTITIONS).map(() => numbers(0, RECORDS))
      )
    })

    test('reads on where the visitor wants to', async () => {
      const ended = (_: number, to: number) => Math.min(to + 300, 1000)
      expect(await offsetsOf([range(0, 90, 100), range(1, 0, 1000)], { ended })).toEqual([
        numbers(90, 1000),
        numbers(0, 1000)
      ])
    })

    test('hands on records whole, and finds headers by name', async () => {
      const found: unknown[] = []
      await reader.read([range(1, 20, 21)], {
        record: record => {
          const { key, value, timestampMs, headers } = record
          const header = record.lastHeader('number')?.toString()
          found.push(key, value?.toString(), timestampMs, headers.length, header, record.lastHeader('other'))
        }
      })
      expect(found).toEqual([null, 'value', 1_700_000_000_020, 1, '61', undefined])
    })

    test('ends with what the visitor throws, or when it is to stop, and can be used again', async () => {
      const thrown = new Error('enough')
      const read = reader.read([range(0, 0, 10)], {
        record: () => {
          throw thrown
        }
      })
      await expect(read).rejects.toBe(thrown)
      const stop = new AbortController()
      const all = numbers(0, PARTITIONS).map(partition => range(partition, 0, RECORDS))
      const stopped = reader.read(all, { record: () => stop.abort(thrown) }, stop.signal)
      await expect(stopped).rejects.toBe(thrown)
      expect(await offsetsOf([range(0, 0, 10)])).toEqual([numbers(0, 10)])
    })

    test('knows the offsets of a time', async () => {
      const partitions = [range(0, 0, 0), range(2, 0, 0)]
      expect(await reader.offsetsAt(partitions, 1_700_000_000_100)).toEqual([100, 100])
      expect(await reader.offsetsAt(partitions, 1_800_000_000_000)).toEqual([RECORDS, RECORDS])
    })

    test('fails where what is to be read has been deleted', async () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const admin = AdminClient.create({ 'bootstrap.servers': brokers })
      admin.deleteRecords([{ topic, partition: 2, offset: 100 }], {}, error => (error ? reject(error) : resolve()))
      await promise.finally(() => admin.disconnect())
      await expect(offsetsOf([range(2, 99, 200)])).rejects.toThrow("records can't be read")
      expect(await offsetsOf([range(2, 100, 200)])).toEqual([numbers(100, 200)])
    })
  })

  test('aborted records and markers are gaps, and an open transaction is an end', async () => {
    const topic = await kafka.createTopic(uniqueName('transactions'))
    const writer = await TopicWriter.connect(brokers, { transactionalId: uniqueName('test') })
    const two = [{ value: 'a' }, { value: 'b' }]
    await writer.transaction('commit', topic, two)
    await writer.transaction('abort', topic, two)
    await until('the markers are there', async () => (await kafka.count(topic)) === 6)
    const at = { topic, partition: 0 }
    expect(await offsetsOf([{ ...at, from: 0, to: 6 }])).toEqual([[0, 1]])

    await writer.transaction('commit', topic, two)
    await until('the markers are there', async () => (await kafka.count(topic)) === 9)
    const open = await TopicWriter.connect(brokers, { transactionalId: uniqueName('open') })
    await expect(
      open.transaction('abort', topic, {
        *[Symbol.iterator]() {
          yield* two
          throw new Error('left open')
        }
      })
    ).rejects.toThrow('left open')
    await until('the open transaction is there', async () => (await kafka.count(topic)) === 11)
    expect(await reader.stableEnds([at])).toEqual([9])
    expect(await offsetsOf([{ ...at, from: 3, to: 9 }])).toEqual([[6, 7]])
    await open.disconnect()
    await writer.disconnect()
  })
})
