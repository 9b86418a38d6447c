import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { expectedOutcome } from '../../pipelines/user-login/sample-outcome.ts'
import type { SampleGenerator } from '../../pipelines/user-login/samples.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { chainOf, readSummary, type StoredSummary, type Sums, sumsOf } from '../fixtures/summary-chain.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { sampleNumber, writeSamples } from '../kafka/samples.ts'
import { brokers, describeOnKafka, type Environment, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'

const RECORDS = 40_000
const PARTITIONS = 3
const KILLS = 3
const EVERY = 250
const expectations = {
  acceptedAppVersions: new Set(['2.3.0', '2.4.0']),
  droppedLocales: ['RU'],
  invalidIp: 'dead-letter',
  tombstones: 'dead-letter'
} as const
/** Little in flight, and summaries between two commits: a kill comes while some are written and not committed. */
const settings = {
  ACCEPTED_APP_VERSIONS: '2.3.0,2.4.0',
  DROPPED_LOCALES: 'RU',
  SUMMARY_EVERY_RECORDS: String(EVERY),
  MAX_IN_FLIGHT_RECORDS: '1024',
  SLAB_RECORDS: '64',
  COMMIT_INTERVAL_MS: '100',
  LINGER_MS: '5',
  LOG_LEVEL: 'info',
  INSIGHTS_EVERY_MS: '200'
}
const exactly = { DELIVERY: 'exactly-once', TRANSACTION_MS: '100', TRANSACTION_TIMEOUT_MS: '6000' }

describeOnKafka('summaries', { concurrent: true }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  async function summaryTopics(): Promise<TestTopics & { summary: string }> {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    const summary = await kafka.createTopic(`${topics.input}-summary`, { partitions: 2 })
    return { ...topics, summary, environment: { ...topics.environment, ...settings, SUMMARY_TOPIC: summary } }
  }

  function start(environment: Environment, context: TestContext): ChildProcessor {
    const processor = new ChildProcessor(environment)
    context.onTestFinished(() => processor.kill())
    return processor
  }

  const read = async (topic: string) => (await kafka.read(topic)).map(readSummary)

  test.for([
    ['at least once', {}],
    ['exactly once', exactly]
  ] as const)('%s, whatever is killed: they add up to every record, by what it was', async ([, delivery], context) => {
    const topics = await summaryTopics()
    const environment = { ...topics.environment, ...delivery, INSTANCE_ID: 'it' }
    const samples = await writeSamples(topics.input, RECORDS, 11)
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = await kafka.count(topics.summary)
      const processor = start(environment, context)
      const begun = sum(await kafka.committedOffsets(topics.group, topics.input))
      await processor.until('some summaries more, and some are committed', async () => {
        const committed = sum(await kafka.committedOffsets(topics.group, topics.input))
        return committed > begun + 3 * EVERY && (await kafka.count(topics.summary)) > before + 8
      })
      processor.signal('SIGKILL')
      expect(await processor.ended()).toEqual({ code: null, signal: 'SIGKILL' })
      expect(sum(await kafka.committedOffsets(topics.group, topics.input))).toBeLessThan(RECORDS * 0.9)
    }
    const last = start(environment, context)
    const ends = await kafka.endOffsets(topics.input)
    await last.until('all is committed', async () => {
      const committed = await kafka.committedOffsets(topics.group, topics.input)
      return committed.every((offset, partition) => offset === ends[partition])
    })
    expect(await last.stop()).toEqual({ code: 0, signal: null })

    const summaries = await read(topics.summary)
    expectRepeats(summaries, delivery === exactly)
    const metadata = await metadataOf(topics)
    const expected = await expectedSums(kafka, topics, samples)
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const chain = chainOf(summaries, partition)
      expect(chain.every(({ records }) => records.processed === EVERY)).toBe(true)
      const sums = sumsOf(chain, metadata[partition])
      expect(sums.records).toEqual(expected[partition].records)
      expectCounts(sums, expected[partition])
    }
    const insights = last.stdout.split('\n').filter(line => line.includes('"msg":"insights"'))
    expect(insights.join()).toMatch(/"device_type android \d+"/)
  })

  test('by time come for a quiet partition, and a missing field is warned of at most once a second', async context => {
    const topics = await summaryTopics()
    const startedMs = Date.now()
    const processor = start({ ...topics.environment, SUMMARY_EVERY_MS: '1000' }, context)
    await writeSamples(topics.input, 300, 5)
    await processor.until('each partition has one', async () => (await kafka.count(topics.summary)) >= PARTITIONS)
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
    const summaries = await read(topics.summary)
    expect(summaries.every(({ cut }) => cut === 'time')).toBe(true)
    const metadata = await metadataOf(topics)
    const records = [0, 1, 2].map(partition => sumsOf(chainOf(summaries, partition), metadata[partition]).records)
    expect(sum(records.flatMap(each => Object.values(each)))).toBe(300)
    const warnings = processor.stdout.match(/fields were missing and took their default/g)?.length ?? 0
    expect(warnings).toBeGreaterThan(0)
    expect(warnings).toBeLessThanOrEqual(2 + (Date.now() - startedMs) / 1000)
  })

  /** Beside the committed offset of each partition. */
  async function metadataOf({ group, input }: TestTopics): Promise<string[]> {
    const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
    try {
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: input, partition }))
      const committed = await admin.committedOffsets(group, partitions)
      return committed.toSorted((a, b) => a.partition - b.partition).map(({ metadata }) => metadata)
    } finally {
      await admin.disconnect()
    }
  }
})

const sum = (offsets: readonly number[]) => offsets.reduce((total, offset) => total + Math.max(0, offset), 0)

/** Without transactions a kill has come after a summary and before its commit, or the test proves nothing. */
function expectRepeats(summaries: readonly StoredSummary[], never: boolean): void {
  const keys = summaries.map(({ key }) => `${key.partition}/${key.first}`)
  const repeated = keys.length - new Set(keys).size
  if (never) expect(repeated).toBe(0)
  else expect(repeated).toBeGreaterThan(0)
}

/** What the generator says of each partition's records, and what was written of them. */
async function expectedSums(kafka: TestKafka, topics: TestTopics, samples: SampleGenerator): Promise<Sums[]> {
  const inputs = await kafka.read(topics.input)
  const written = {
    processed: await samplesIn(kafka, topics.processed),
    filtered: await samplesIn(kafka, topics.cleaned),
    expired: new Set<number>(),
    'dead-letter': await samplesIn(kafka, topics.deadLetters)
  }
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const sums: Sums = {
      records: { processed: 0, filtered: 0, expired: 0, deadLetters: 0 },
      dimensions: { device_type: {}, app_version: {}, locale: {} },
      latencies: 0
    }
    for (const record of inputs.filter(each => each.partition === partition)) {
      const number = sampleNumber(record)
      const { outcome } = expectedOutcome(samples.at(number), expectations)
      for (const [of, numbers] of Object.entries(written)) expect(numbers.has(number)).toBe(of === outcome)
      sums.records[outcome === 'dead-letter' ? 'deadLetters' : outcome]++
      if (outcome === 'processed') count(sums, String(record.value))
    }
    return sums
  })
}

async function samplesIn(kafka: TestKafka, topic: string): Promise<Set<number>> {
  return new Set((await kafka.read(topic)).map(sampleNumber))
}

function count({ dimensions }: Sums, value: string): void {
  const login = JSON.parse(value) as Record<string, string | null | undefined>
  const values = { ...login, device_type: login.device_type || 'unknown' } as Record<string, string>
  for (const [name, counts] of Object.entries(dimensions)) counts[values[name]] = (counts[values[name]] ?? 0) + 1
}

/** Where there are more than 16 values, some are among the others. */
function expectCounts({ dimensions }: Sums, expected: Sums): void {
  for (const [name, counts] of Object.entries(expected.dimensions)) {
    const { '(other)': other = 0, ...told } = dimensions[name]
    const total = (of: Record<string, number>) => Object.values(of).reduce((sum, each) => sum + each, 0)
    expect(total(told) + other).toBe(total(counts))
    if (Object.keys(counts).length <= 16) expect(told).toEqual(counts)
    for (const [value, records] of Object.entries(told)) expect(records).toBeLessThanOrEqual(counts[value])
  }
}
