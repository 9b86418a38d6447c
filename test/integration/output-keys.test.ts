import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'
import { headerOf } from '../kafka/topic-reader.ts'
import { header, hmac, login, PII_HASH_KEY } from './user-login-cases.ts'

const EVENT_ID = 'millrace.event.id'
const compacted = { 'cleanup.policy': 'compact' }

describeOnKafka('keys and ids of outputs', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('OUTPUT_KEY=device_id: masked, what is of one device in one partition, in the order of each input partition', async () => {
    const topics = await kafka.createTopics({ partitions: 3 }, { partitions: 5 })
    const devices = ['593-47-5928', '1-2-3', '4-5-6', '7-8-9']
    const records = Array.from({ length: 600 }, (_, number) => ({
      key: `user-${number}`,
      partition: number % 3,
      value: login({ device_id: devices[number % devices.length] }),
      headers: [header('number', String(number))]
    }))
    await kafka.write(topics.input, records)
    await settle({ ...topics.environment, OUTPUT_KEY: 'device_id', PII_HASH_KEY }, records.length)
    const rows = await kafka.read(topics.processed)
    expect(rows).toHaveLength(records.length)
    for (const row of rows) {
      const device = devices[Number(headerOf(row, 'number')) % devices.length]
      expect(String(row.key)).toBe(hmac(device))
      expect(String(row.key)).toBe((JSON.parse(String(row.value)) as { device_id: string }).device_id)
    }
    for (const ofDevice of Map.groupBy(rows, ({ key }) => String(key)).values()) {
      expect(new Set(ofDevice.map(({ partition }) => partition)).size).toBe(1)
    }
    const streams = Map.groupBy(rows, row => `${row.partition} ${Number(headerOf(row, 'number')) % 3}`)
    for (const stream of streams.values()) {
      const numbers = stream.map(row => Number(headerOf(row, 'number')))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }
  })

  test('a compacted output takes records and null values; what has no key is a dead letter, and nothing stops', async () => {
    const topics = await kafka.createTopics({}, {})
    const table = await kafka.createTopic(`${topics.processed}-table`, { config: compacted })
    await kafka.write(topics.input, [
      { key: 'a', value: login({ user_id: 'a' }) },
      { key: null, value: login({ user_id: 'nobody' }) },
      { key: 'a', value: null },
      { key: null, value: null },
      { key: 'b', value: login({ user_id: 'b' }) }
    ])
    const environment = { ...topics.environment, OUTPUT_TOPIC: table, TOMBSTONES: 'pass', REQUIRE_KEY: 'on' }
    const { reasons, tally, incidents } = await settle(environment, 5)
    expect([reasons, tally.processed]).toEqual([{ 'null-key': 2 }, 3])
    // The brokers were not asked: nothing had to be read again.
    expect(incidents['rewinds']).toBeUndefined()
    const rows = (await kafka.read(table)).map(({ key, value }) => [String(key), value === null ? null : 'a value'])
    expect(rows).toEqual([
      ['a', 'a value'],
      ['a', null],
      ['b', 'a value']
    ])
    const letters = await kafka.read(topics.deadLetters)
    expect(letters.map(letter => [letter.key, headerOf(letter, '__connect.errors.exception.message')])).toEqual([
      [null, 'null-key'],
      [null, 'null-key']
    ])
  })

  test.for(['at-least-once', 'exactly-once'])(
    '%s: without REQUIRE_KEY the brokers refuse what has no key, and only that is a dead letter',
    async DELIVERY => {
      const topics = await kafka.createTopics({}, {})
      const table = await kafka.createTopic(`${topics.processed}-table`, { config: compacted })
      const records = Array.from({ length: 20 }, (_, number) => ({
        key: number === 7 ? null : `k${number}`,
        value: login({ user_id: `u${number}` })
      }))
      await kafka.write(topics.input, records)
      const settings = { DELIVERY, TRANSACTION_MS: '50', OUTPUT_TOPIC: table }
      const { reasons, tally } = await settle({ ...topics.environment, ...settings }, records.length)
      expect([reasons, tally.processed]).toEqual([{ 'refused-by-broker': 1 }, 19])
    }
  )

  test('OUTPUT_KEY=device_id, where null values are passed on: these keep the key of the input', async () => {
    const topics = await kafka.createTopics({}, {})
    await kafka.write(topics.input, [
      { key: 'u', value: login() },
      { key: 'u', value: null }
    ])
    const settings = { OUTPUT_KEY: 'device_id', TOMBSTONES: 'pass', PII_HASH_KEY }
    await settle({ ...topics.environment, ...settings }, 2)
    expect((await kafka.read(topics.processed)).map(({ key }) => String(key))).toEqual([hmac('593-47-5928'), 'u'])
  })

  test('the event id is the same after a kill -9, and when a dead letter is redriven', async context => {
    const topics = await kafka.createTopics({}, {})
    const unhappy = login({ ip: 'nowhere' })
    await kafka.write(topics.input, [
      { key: 'a', value: login() },
      { key: 'b', value: unhappy },
      { key: 'c', value: login() }
    ])
    // Never commits, so everything comes again.
    const environment = {
      ...topics.environment,
      EVENT_ID_HEADERS: 'on',
      COMMIT_INTERVAL_MS: '60000'
    }
    const first = new ChildProcessor(environment)
    context.onTestFinished(() => first.kill())
    await first.until('all of it is written', async () => (await kafka.count(topics.deadLetters)) === 1)
    await first.until('all of it is written', async () => (await kafka.count(topics.processed)) === 2)
    first.kill()
    await first.ended()
    await settle(environment, 3)
    const before = (await kafka.read(topics.processed)).map(row => [String(row.key), headerOf(row, EVENT_ID)])
    const again = [
      ['a', `${topics.input}/0/0/1`],
      ['c', `${topics.input}/0/2/1`]
    ]
    expect(before).toEqual([...again, ...again])

    expect(await millrace(['dlq', 'redrive'], environment)).toMatchObject({ code: 0 })
    await settle({ ...environment, INVALID_IP: 'mask' }, 2)
    const rows = await kafka.read(topics.processed)
    // The dead letter came twice, as it was written twice; its results say that they are one event.
    expect(rows.slice(4).map(row => [String(row.key), headerOf(row, EVENT_ID)])).toEqual([
      ['b', `${topics.input}/0/1/1`],
      ['b', `${topics.input}/0/1/1`]
    ])
  })
})
