import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consumerProperties, producerProperties } from '../../src/config/client-properties.ts'
import { readEnvironment } from '../../src/config/read-environment.ts'
import type { RecordConsumer } from '../../src/kafka/ports.ts'
import { Processor } from '../../src/running-processor.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { traceSamples, writeSamples } from '../kafka/samples.ts'
import { describeOnKafka, type Environment, TestKafka } from '../kafka/test-kafka.ts'
import { until } from '../kafka/until.ts'
import { createTestedTransport } from '../kafka/tested-transport.ts'

const RECORDS = 20_000
const STALLED = 'no progress, though there are records to read'
const settings = { WORKERS: '1', STALL_TIMEOUT_MS: '4000', DRAIN_TIMEOUT_MS: '3000', RECORD_DEADLINE_MS: '1400' }

/**
 * Goes on in the group and delivers nothing, from when it is told to until it joins the group anew. Time counts only
 * meanwhile: on a busy machine, worker threads may take longer to start than the time-out is.
 */
function deafened(consumer: RecordConsumer): { deafen(): void } {
  const poll = consumer.poll.bind(consumer)
  const subscribe = consumer.subscribe.bind(consumer)
  let isDeaf = false
  Object.defineProperty(consumer, 'reachable', { get: () => isDeaf })
  consumer.poll = into => poll(isDeaf ? undefined : into)
  consumer.subscribe = topics => {
    isDeaf = false
    subscribe(topics)
  }
  return { deafen: () => (isDeaf = true) }
}

async function startIn(environment: Environment) {
  const { pipeline, settings, raw, passThrough } = await readEnvironment(environment)
  const told: string[] = []
  let client!: ReturnType<typeof deafened>
  const processor = new Processor({
    pipeline,
    settings,
    raw,
    log: pino({ base: null }, { write: line => void told.push((JSON.parse(line) as { msg: string }).msg) }),
    createTransport: (outputTopics, events) => {
      const transport = createTestedTransport({
        consumerProperties: consumerProperties(settings, passThrough),
        producerProperties: producerProperties(settings, passThrough),
        outputTopics,
        slabRecords: settings.slabRecords,
        events
      })
      client = deafened(transport.consumer)
      return transport
    }
  })
  return { processor, told, client, run: processor.run() }
}

describeOnKafka('a client that goes on in its group and delivers nothing', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test.each(['classic', 'consumer'])('is cured by leaving the group and joining it again: %s', async protocol => {
    const topics = await kafka.createTopics({ partitions: 3 })
    const { processor, told, client, run } = await startIn({
      ...topics.environment,
      ...settings,
      GROUP_PROTOCOL: protocol
    })
    await until('it has its partitions', () => processor.snapshot().partitions === 3)
    client.deafen()
    await writeSamples(topics.input, RECORDS)
    await until('it is seen', () => told.some(line => line.startsWith(STALLED)))
    await until('all is committed', async () => {
      const committed = await kafka.committedOffsets(topics.group, topics.input)
      return committed.reduce((sum, offset) => sum + Math.max(offset, 0), 0) === RECORDS
    })
    // It looks a few times a second, and has to have seen that something has been read.
    await until('it is seen to go on', () => processor.snapshot().live)
    processor.stop()
    expect(await run).toEqual({ drained: true })

    const outputs = [...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))]
    const { inputs, rows } = traceSamples(await kafka.read(topics.input), outputs)
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })
})
