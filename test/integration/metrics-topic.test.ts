import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { RunningProcessor, settle } from '../kafka/running-processor.ts'
import { describeOnKafka, TestKafka, type TestTopics, type TopicShape } from '../kafka/test-kafka.ts'
import type { StoredRecord } from '../kafka/topic-reader.ts'
import { until } from '../kafka/until.ts'
import { login } from './user-login-cases.ts'
import { NOTHING, verified } from './verify-command.ts'

const RECORDS = 3000
const deliveries = ['at-least-once', 'exactly-once'] as const

type Figures = Record<string, unknown>
const figuresOf = ({ value }: StoredRecord) => JSON.parse(String(value)) as Figures
const sumOf = (all: readonly Figures[], name: string) => all.reduce((sum, figures) => sum + Number(figures[name]), 0)

/** One in ten is malformed, one in seven of another version. */
const valueOf = (number: number) =>
  number % 10 === 3 ? '{' : login({ app_version: number % 7 === 1 ? '1.0.0' : '2.3.0', user_id: `u${number}` })

describeOnKafka('METRICS_TOPIC', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  async function topicsWithMetrics(shape: TopicShape = {}) {
    const topics = await kafka.createTopics({ partitions: 3 })
    const metrics = await kafka.createTopic(`${topics.input}-metrics`, { partitions: 2, ...shape })
    return { topics, metrics }
  }

  async function writeLogins({ input }: TestTopics): Promise<void> {
    const numbers = Array.from({ length: RECORDS }, (_, number) => number)
    await kafka.write(
      input,
      numbers.map(number => ({ key: `k${number}`, value: valueOf(number), partition: number % 3 }))
    )
  }

  test.for(deliveries)(
    '%s: one for each record, in the order of its partition, and verify finds all well',
    async DELIVERY => {
      const { topics, metrics } = await topicsWithMetrics()
      await writeLogins(topics)
      const environment = {
        ...topics.environment,
        DELIVERY,
        METRICS_TOPIC: metrics,
        METRICS_EVERY: 'record',
        ACCEPTED_APP_VERSIONS: '2.3.0',
        PROVENANCE_HEADERS: 'on'
      }
      const { tally } = await settle(environment, RECORDS)
      const rows = await kafka.read(metrics)
      const figures = rows.map(figuresOf)
      expect(figures).toHaveLength(RECORDS)
      for (const [key, ofPartition] of Map.groupBy(rows, row => String(row.key))) {
        const offsets = ofPartition.map(row => Number(figuresOf(row)['offset']))
        expect(key).toMatch(new RegExp(`^${topics.input}/[012]$`))
        expect(offsets).toEqual(Array.from({ length: RECORDS / 3 }, (_, offset) => offset))
      }
      const outcomes = Object.groupBy(figures, ({ outcome }) => String(outcome))
      const counts = Object.fromEntries(Object.entries(outcomes).map(([name, all]) => [name, all?.length]))
      expect(counts).toEqual({ processed: tally.processed, filtered: tally.filtered, 'dead-letter': tally.deadLetter })
      expect(outcomes['dead-letter']?.every(({ reason }) => reason === 'not-json')).toBe(true)
      expect(outcomes['filtered']?.every(({ rule }) => rule === 'app_version')).toBe(true)
      for (const { latency_ms: latency } of outcomes['processed'] ?? []) expect(latency).toBeGreaterThan(0)
      expect(rows.every(({ headers }) => headers.length === 0)).toBe(true)
      expect(await verified(environment)).toMatchObject({ code: 0, ...NOTHING })
    }
  )

  test.for(deliveries)('%s: the batches add up to what became of the records', async DELIVERY => {
    const { topics, metrics } = await topicsWithMetrics()
    await writeLogins(topics)
    // So small that slabs overflow on the way.
    const small = { SLAB_RECORDS: '128', SLAB_BYTES: '60000', MAX_IN_FLIGHT_RECORDS: '2560', TRANSACTION_MS: '50' }
    const environment = { ...topics.environment, ...small, DELIVERY, METRICS_TOPIC: metrics, METRICS_EVERY: 'batch' }
    const { tally } = await settle({ ...environment, ACCEPTED_APP_VERSIONS: '2.3.0' }, RECORDS)
    const rows = await kafka.read(metrics)
    const figures = rows.map(figuresOf)
    expect(['records', 'processed', 'filtered', 'dead-letter'].map(name => sumOf(figures, name))).toEqual([
      RECORDS,
      tally.processed,
      tally.filtered,
      tally.deadLetter
    ])
    for (const ofPartition of Map.groupBy(rows, row => String(row.key)).values()) {
      let next = 0
      for (const { first_offset: first, last_offset: last, records } of ofPartition.map(figuresOf)) {
        expect([first, Number(last) - Number(first) + 1]).toEqual([next, records])
        next = Number(last) + 1
      }
      expect(next).toBe(RECORDS / 3)
    }
    expect(sumOf(figures, 'bytes_in')).toBe(
      (await kafka.read(topics.input)).reduce(
        (sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0),
        0
      )
    )
  })

  test.for(deliveries)('%s: one in an interval, and the last one at the stop, add up likewise', async DELIVERY => {
    const { topics, metrics } = await topicsWithMetrics()
    await writeLogins(topics)
    const processor = await RunningProcessor.start({
      ...topics.environment,
      DELIVERY,
      METRICS_TOPIC: metrics,
      METRICS_INTERVAL_MS: '200',
      INSTANCE_ID: `${topics.input}-1`
    })
    await processor.untilSettled(RECORDS)
    await until('a report has been written meanwhile', async () => (await kafka.count(metrics)) > 0)
    expect(await processor.stop()).toMatchObject({ drained: true })
    const rows = await kafka.read(metrics)
    const figures = rows.map(figuresOf)
    expect(new Set(rows.map(({ key }) => String(key)))).toEqual(new Set([`${topics.input}-1`]))
    expect(sumOf(figures, 'consumed')).toBe(RECORDS)
    expect(sumOf(figures, 'dead-letter')).toBe(RECORDS / 10)
    expect(sumOf(figures, 'processed')).toBe(processor.snapshot.tally.processed)
    expect(figures.at(-1)).toMatchObject({ state: 'stopped', in_flight: 0 })
    expect(figures.some(({ incidents }) => Number((incidents as Figures)['rebalances']) > 0)).toBe(true)
  })

  test.for(deliveries)('%s: every record is told of, whatever is killed', async (DELIVERY, context) => {
    const { topics, metrics } = await topicsWithMetrics()
    const environment = {
      ...topics.environment,
      DELIVERY,
      METRICS_TOPIC: metrics,
      METRICS_EVERY: 'record',
      COMMIT_INTERVAL_MS: '50',
      TRANSACTION_MS: '50',
      TRANSACTION_TIMEOUT_MS: '5000',
      MAX_IN_FLIGHT_RECORDS: '1024',
      SLAB_RECORDS: '512'
    }
    for (let kill = 1; kill <= 2; kill++) {
      await writeLogins(topics)
      const doomed = new ChildProcessor(environment)
      context.onTestFinished(() => doomed.kill())
      const before = await kafka.count(metrics)
      await doomed.until('it is in the midst of them', async () => (await kafka.count(metrics)) > before + 500)
      doomed.kill()
      await doomed.ended()
    }
    const last = await RunningProcessor.start(environment)
    const ends = await kafka.endOffsets(topics.input)
    const isCommitted = async () => {
      const committed = await kafka.committedOffsets(topics.group, topics.input)
      return committed.every((offset, partition) => offset === ends[partition])
    }
    await last.until('all of them are committed', isCommitted)
    await last.stop()
    const byPlace = Map.groupBy(await kafka.read(metrics), row => String(row.key))
    expect(byPlace.size).toBe(3)
    for (const [key, rows] of byPlace) {
      const offsets = rows.map(row => Number(figuresOf(row)['offset']))
      const all = Array.from({ length: (RECORDS / 3) * 2 }, (_, offset) => offset)
      expect([key, [...new Set(offsets)].sort((a, b) => a - b)]).toEqual([key, all])
      if (DELIVERY === 'exactly-once') expect(offsets).toEqual(all)
    }
  })

  test('a topic that takes no reports of the interval stops nothing', async context => {
    const { topics, metrics } = await topicsWithMetrics({ config: { 'max.message.bytes': '100' } })
    await kafka.write(topics.input, [{ key: 'k', value: login() }])
    const environment = { ...topics.environment, METRICS_TOPIC: metrics, METRICS_INTERVAL_MS: '100', LOG_LEVEL: 'info' }
    const processor = new ChildProcessor(environment)
    context.onTestFinished(() => processor.kill())
    await until('it is processed', async () => (await kafka.count(topics.processed)) === 1)
    await until('a failure is logged', () => processor.stdout.includes('metrics could not be written (METRICS_TOPIC)'))
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
  })

  test.for(deliveries)(
    '%s: a topic that takes no metrics of records ends the processor, and nothing is convicted',
    async (DELIVERY, context) => {
      const { topics, metrics } = await topicsWithMetrics({ config: { 'max.message.bytes': '100' } })
      await kafka.write(topics.input, [{ key: 'k', value: login() }])
      const processor = new ChildProcessor({
        ...topics.environment,
        DELIVERY,
        METRICS_TOPIC: metrics,
        METRICS_EVERY: 'record',
        LOG_LEVEL: 'info'
      })
      context.onTestFinished(() => processor.kill())
      expect(await processor.ended()).toEqual({ code: 1, signal: null })
      const said = processor.stdout + processor.stderr
      expect(said).toContain('can not be written to METRICS_TOPIC')
      expect(Math.max(...(await kafka.committedOffsets(topics.group, topics.input)))).toBeLessThanOrEqual(0)
      // What the transaction left open is waited for by readers, for as long as it may last.
      if (DELIVERY === 'at-least-once') expect(await kafka.read(topics.deadLetters)).toEqual([])
    }
  )

  test('a topic that does not exist is told at the start', async context => {
    const topics = await kafka.createTopics()
    const metrics = `${topics.input}-never-made`
    const processor = new ChildProcessor({ ...topics.environment, METRICS_TOPIC: metrics, LOG_LEVEL: 'info' })
    context.onTestFinished(() => processor.kill())
    expect(await processor.ended()).toEqual({ code: 1, signal: null })
    expect(processor.stdout + processor.stderr).toContain(`no such output topic: "${metrics}"`)
  })
})
