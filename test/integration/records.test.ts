import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, uniqueName } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'
import { header, login } from './user-login-cases.ts'

const MEGABYTE = 1_000_000
/** The default. */
const MAX_RECORD_BYTES = 4_194_304
const large = { config: { 'max.message.bytes': '8388608' } }

describeOnKafka('records on their way', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('several input topics are read, by name and by pattern', async () => {
    const topics = await kafka.createTopics({ partitions: 2 })
    const family = uniqueName('logins')
    const [eu, us] = [await kafka.createTopic(`${family}-eu`), await kafka.createTopic(`${family}-us`)]
    const stranger = await kafka.createTopic(`not-${family}-eu`)
    for (const topic of [topics.input, eu, us, stranger]) await kafka.write(topic, [{ key: topic, value: login() }])
    const { consumed } = await settle({ ...topics.environment, INPUT_TOPIC: `${topics.input},^${family}-.*$` }, 3)
    expect(consumed).toBe(3)
    const keys = (await kafka.read(topics.processed)).map(({ key }) => String(key))
    expect(keys.sort()).toEqual([topics.input, eu, us].sort())
  })

  test('without a key the output partition is the input partition modulo their number, in input order', async () => {
    const topics = await kafka.createTopics({ partitions: 5 }, { partitions: 3 })
    const records = Array.from({ length: 500 }, (_, number) => ({
      key: null,
      // One in ten is malformed, as dead letters are placed likewise.
      value: number % 10 === 0 ? '{' : login(),
      headers: [header('number', String(number))],
      partition: number % 5
    }))
    await kafka.write(topics.input, records)
    await settle(topics.environment, records.length)
    const rows = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
    expect(rows).toHaveLength(records.length)
    expect(rows.filter(row => row.partition !== (numberOf(row) % 5) % 3)).toEqual([])
    for (const [, stream] of Map.groupBy(rows, row => `${row.topic} ${row.partition} ${numberOf(row) % 5}`)) {
      const numbers = stream.map(numberOf)
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }
  })

  test('a key goes where the Java client would put it, and a null key and an empty one stay different', async () => {
    const topics = await kafka.createTopics({}, { partitions: 100 })
    const keys = [null, '', 'foobar', '21', 'a-little-bit-long-string']
    await kafka.write(
      topics.input,
      keys.map(key => ({ key, value: login() }))
    )
    await settle(topics.environment, keys.length)
    const placed = (await kafka.read(topics.processed)).map(row => [
      row.key === null ? null : String(row.key),
      row.partition
    ])
    // murmur2 as Kafka's own tests have it: 275646681, -790332482, -973932308, -985981536, all made positive.
    expect(placed).toHaveLength(keys.length)
    expect(Object.fromEntries(placed)).toEqual({
      null: 0,
      '': 275646681 % 100,
      foobar: (-790332482 & 0x7fffffff) % 100,
      '21': (-973932308 & 0x7fffffff) % 100,
      'a-little-bit-long-string': (-985981536 & 0x7fffffff) % 100
    })
    expect(placed).toContainEqual([null, 0])
  })

  test('a record of 3 MB passes whole, as a result and as a dead letter', async () => {
    const topics = await kafka.createTopics(large)
    const zone = randomBytes(2.2 * MEGABYTE).toString('base64')
    const malformed = randomBytes(3 * MEGABYTE)
    await kafka.write(topics.input, [
      { key: 'before', value: login() },
      { key: 'large', value: login({ zone }) },
      { key: 'malformed', value: malformed, headers: [header('a', 'b')] },
      { key: 'after', value: login() }
    ])
    await settle({ ...topics.environment, EXTRA_FIELDS: 'keep' }, 4)
    const results = await kafka.read(topics.processed)
    expect(results.map(({ key }) => String(key))).toEqual(['before', 'large', 'after'])
    expect((JSON.parse(String(results[1].value)) as { zone: string }).zone === zone).toBe(true)
    const [deadLetter] = await kafka.read(topics.deadLetters)
    expect(deadLetter.value?.equals(malformed)).toBe(true)
    expect(headerOf(deadLetter, 'a')).toBe('b')
  })

  test.for(['off', 'simdjson'])(
    'with LARGE_JSON=%s MAX_RECORD_BYTES is the last that passes, to the byte',
    async LARGE_JSON => {
      const topics = await kafka.createTopics(large, {})
      const sized = (bytes: number) => {
        const [start, end] = login({ zone: '@' }).split('@')
        return (
          start +
          randomBytes(bytes)
            .toString('base64')
            .slice(0, bytes - 'k'.length - start.length - end.length) +
          end
        )
      }
      const [limit, above] = [sized(MAX_RECORD_BYTES), sized(MAX_RECORD_BYTES + 1)]
      expect([limit, above].map(value => value.length + 1)).toEqual([MAX_RECORD_BYTES, MAX_RECORD_BYTES + 1])
      await kafka.write(topics.input, [
        { key: 'k', value: limit },
        { key: 'k', value: above },
        { key: 'k', value: login() }
      ])
      const { reasons, tally } = await settle({ ...topics.environment, LARGE_JSON }, 3)
      expect([reasons, tally.processed]).toEqual([{ 'record-too-large': 1 }, 2])
      const [first, second] = (await kafka.read(topics.processed)).map(
        ({ value }) => JSON.parse(String(value)) as object
      )
      expect(Object.keys(first)).toEqual(Object.keys(second))
      const [deadLetter] = await kafka.read(topics.deadLetters)
      expect(headerOf(deadLetter, 'millrace.omitted.bytes')).toBe(String(MAX_RECORD_BYTES))
    }
  )

  test('a record above MAX_RECORD_BYTES becomes a dead letter by reference', async () => {
    const topics = await kafka.createTopics(large, {})
    const value = randomBytes(5 * MEGABYTE)
    const timestampMs = Date.now() - 1000
    await kafka.write(topics.input, [
      { key: 'large', value, headers: [header('a', 'b')], timestampMs },
      { key: 'after', value: login() }
    ])
    const { reasons } = await settle(topics.environment, 2)
    expect(reasons).toEqual({ 'record-too-large': 1 })
    const [deadLetter] = await kafka.read(topics.deadLetters)
    expect(deadLetter).toMatchObject({ value: null, timestampMs })
    expect(String(deadLetter.key)).toBe('large')
    expect(deadLetter.headers[0]).toEqual(header('a', 'b'))
    expect(headerOf(deadLetter, 'millrace.omitted.bytes')).toBe(String(5 * MEGABYTE))
    expect(headerOf(deadLetter, '__connect.errors.topic')).toBe(topics.input)
    expect(headerOf(deadLetter, '__connect.errors.offset')).toBe('0')
    expect(await kafka.count(topics.processed)).toBe(1)
  })
})

function numberOf(row: StoredRecord): number {
  return Number(headerOf(row, 'number'))
}
