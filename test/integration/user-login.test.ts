import { afterAll, beforeAll, expect, test } from 'vitest'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'
import { filteringCases } from './filtering-cases.ts'
import { outputCases } from './output-cases.ts'
import { header, login, type Arrival, type Case } from './user-login-cases.ts'

const DAY_MS = 86_400_000
/** Lets records through that are ahead of time, so that what becomes of them can be seen. */
const anyTimestamp = { 'message.timestamp.after.max.ms': String(30 * DAY_MS) }
const BARE = { ENRICH_FIELDS: 'none' }

describeOnKafka('user-login', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test.for([...filteringCases, ...outputCases])('$name', async ({ settings, records }: Case) => {
    const topics = await kafka.createTopics({ config: anyTimestamp }, {})
    await kafka.write(
      topics.input,
      records.map(([given], number) => ({ key: keyOf(number), ...given }))
    )
    const { tally } = await settle({ ...topics.environment, ...BARE, ...settings }, records.length)

    const expected = records.map(([, arrival]) => arrival)
    expect(await arrivals(kafka, topics, records.length)).toMatchObject(expected)
    const to = (topic: Arrival['topic']) => expected.filter(arrival => arrival.topic === topic).length
    expect(tally).toMatchObject({ processed: to('processed'), deadLetter: to('deadLetters') })
    expect(tally.filtered + tally.expired).toBe(to('cleaned') + to('nowhere'))
  })

  test('event_time, processed_at and latency_ms agree with one another and with the clock', async () => {
    const topics = await kafka.createTopics()
    const startMs = Date.now()
    await kafka.write(topics.input, [{ value: login({ timestamp: startMs - 1234 }) }])
    await settle(topics.environment, 1)
    const [{ value }] = await kafka.read(topics.processed)
    const output = JSON.parse(String(value)) as Record<string, string>
    expect(Object.keys(output).slice(-3)).toEqual(['event_time', 'processed_at', 'latency_ms'])
    expect(Date.parse(output.event_time)).toBe(startMs - 1234)
    expect(output.processed_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Date.parse(output.processed_at)).toBeGreaterThanOrEqual(startMs)
    expect(Date.parse(output.processed_at)).toBeLessThanOrEqual(Date.now())
    expect(output.latency_ms).toBe(Date.parse(output.processed_at) - Date.parse(output.event_time))
  })

  test('OUTPUT_TIMESTAMP=now stamps results with the time of processing, and nothing else', async () => {
    const topics = await kafka.createTopics()
    const startMs = Date.now()
    const old = { timestampMs: startMs - DAY_MS, headers: [header('a', 'b')] }
    await kafka.write(topics.input, [
      { value: login(), ...old },
      { value: '', ...old }
    ])
    await settle({ ...topics.environment, OUTPUT_TIMESTAMP: 'now' }, 2)
    const [result] = await kafka.read(topics.processed)
    expect(result.timestampMs).toBeGreaterThanOrEqual(startMs)
    expect(result.timestampMs).toBeLessThanOrEqual(Date.now())
    expect(result.headers).toEqual(old.headers)
    const [deadLetter] = await kafka.read(topics.deadLetters)
    expect(deadLetter.timestampMs).toBe(old.timestampMs)
  })
})

function keyOf(number: number): string {
  return `record-${number}`
}

/** Where each record is now, found by its key. A record that is in two places makes this fail. */
async function arrivals(kafka: TestKafka, topics: TestTopics, records: number): Promise<Arrival[]> {
  const found = new Map<string, Arrival>()
  for (const topic of ['processed', 'deadLetters', 'cleaned'] as const) {
    for (const record of await kafka.read(topics[topic])) {
      if (found.has(String(record.key))) throw new Error(`${String(record.key)} is there twice`)
      found.set(String(record.key), arrivalOf(topic, record))
    }
  }
  return Array.from({ length: records }, (_, number) => found.get(keyOf(number)) ?? { topic: 'nowhere' })
}

function arrivalOf(topic: Arrival['topic'], record: StoredRecord): Arrival {
  return {
    topic,
    value: record.value === null ? null : record.value.toString(),
    timestampMs: record.timestampMs,
    headers: record.headers.map(({ name, value }) => `${name}=${Buffer.from(value).toString()}`),
    message: headerOf(record, '__connect.errors.exception.message'),
    rule: headerOf(record, 'millrace.rule')
  }
}
