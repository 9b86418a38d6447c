import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { firstsOf } from '../invariants/firsts.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import type { SourcePosition } from '../invariants/source.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'
import { login } from './user-login-cases.ts'

const RECORDS = 2000
/** Larger than what the output topic takes, even compressed: nothing in it repeats. */
const LARGE_LOCALE = Array.from({ length: 4000 }, (_, index) => (index * 2_654_435_761).toString(36)).join('')
const isLarge = (number: number) => number % 700 === 350

/** The records that the brokers refuse come back as dead letters, and every other one as what it is. */
describeOnKafka('output that the brokers refuse', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test.for([
    ['at-least-once', { DELIVERY: 'at-least-once' }],
    ['exactly-once', { DELIVERY: 'exactly-once', TRANSACTION_MS: '50', MAX_IN_FLIGHT_RECORDS: '2048' }]
  ] as const)('%s: results larger than max.message.bytes, none of their neighbours', async ([delivery, settings]) => {
    const topics = await kafka.createTopics({ partitions: 2 }, { partitions: 2 })
    const small = await kafka.createTopic(`${topics.processed}-small`, {
      partitions: 2,
      config: { 'max.message.bytes': '16000' }
    })
    await kafka.write(
      topics.input,
      Array.from({ length: RECORDS }, (_, number) => ({
        key: `k${number}`,
        partition: number % 2,
        value: login({ user_id: `u${number}`, ...(isLarge(number) ? { locale: LARGE_LOCALE } : {}) }),
        headers: [{ name: 'number', value: Buffer.from(String(number)) }]
      }))
    )
    const environment = { ...topics.environment, OUTPUT_TOPIC: small, BATCH_BYTES: '15000', ...settings }
    const snapshot = await settle(environment, RECORDS)
    const large = Array.from({ length: RECORDS }, (_, number) => number).filter(isLarge)
    expect(snapshot).toMatchObject({ drained: true, reasons: { 'refused-by-broker': large.length } })

    const letters = await kafka.read(topics.deadLetters)
    expect(new Set(letters.map(numberOf))).toEqual(new Set(large))
    for (const letter of letters) {
      expect(headerOf(letter, '__connect.errors.exception.class.name')).toBe('millrace.refused-by-broker')
      expect(String(letter.value)).toContain(`u${numberOf(letter)}"`)
    }
    const { inputs, rows } = await traced(kafka, topics, [...(await kafka.read(small)), ...letters])
    expectNoLoss(rows, inputs)
    expectOrder(firstsOf(rows))
    if (delivery === 'exactly-once') expectBoundedDuplicates(rows, 0)
  })

  test('timestamps that the topic does not take: those records only', async () => {
    const topics = await kafka.createTopics({ partitions: 1 })
    const recent = await kafka.createTopic(`${topics.processed}-recent`, {
      config: { 'message.timestamp.before.max.ms': '3600000' }
    })
    const old = new Set([3, 4, 60])
    await kafka.write(
      topics.input,
      Array.from({ length: 100 }, (_, number) => ({
        key: 'k',
        value: login(),
        timestampMs: Date.now() - (old.has(number) ? 7_200_000 : 0),
        headers: [{ name: 'number', value: Buffer.from(String(number)) }]
      }))
    )
    const { reasons } = await settle({ ...topics.environment, OUTPUT_TOPIC: recent }, 100)
    expect(reasons).toEqual({ 'refused-by-broker': old.size })
    expect(new Set((await kafka.read(topics.deadLetters)).map(numberOf))).toEqual(old)
    const { inputs, rows } = await traced(kafka, topics, [
      ...(await kafka.read(recent)),
      ...(await kafka.read(topics.deadLetters))
    ])
    expectNoLoss(rows, inputs)
    expectOrder(firstsOf(rows))
  })

  test('a topic that is gone ends the processor, which says so', async context => {
    const topics = await kafka.createTopics({ partitions: 1 })
    const processor = new ChildProcessor({
      ...topics.environment,
      LOG_LEVEL: 'info',
      OUTPUT_TOPIC: `${topics.processed}-never-made`
    })
    context.onTestFinished(() => processor.kill())
    expect(await processor.ended()).toEqual({ code: 1, signal: null })
    expect(processor.stderr + processor.stdout).toContain(`no such output topic: "${topics.processed}-never-made"`)
  })
})

function numberOf(record: StoredRecord): number {
  return Number(headerOf(record, 'number'))
}

async function traced(kafka: TestKafka, { input }: TestTopics, outputs: readonly StoredRecord[]) {
  const sources = new Map<number, SourcePosition>()
  for (const { topic, partition, offset, ...record } of await kafka.read(input)) {
    sources.set(numberOf(record as StoredRecord), { topic, partition, offset })
  }
  const rows = outputs.map(output => ({
    topic: output.topic,
    partition: output.partition,
    source: sources.get(numberOf(output)) as SourcePosition
  }))
  return { inputs: [...sources.values()], rows }
}
