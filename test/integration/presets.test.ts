import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import type { PartitionOffset } from '../../src/kafka/admin.ts'
import type { SummaryKey, SummaryValue } from '../../src/summaries/summary-record.ts'
import { ChaosGround } from '../chaos/ground.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { headerOf, readTopic, type StoredRecord } from '../kafka/topic-reader.ts'
import { TopicWriter, type NewRecord } from '../kafka/topic-writer.ts'
import { until } from '../kafka/until.ts'
import { ISO_TIME, logins, presetCases, type PresetCase, type Role } from './preset-cases.ts'

const INPUT = 'user-login'
/** What the preset `defaults` asks for; the others don't mind. */
const PARTITIONS = 3
const BROKERS = 2
const START_AT_MOST_MS = 180_000

// Presets name their topics, so they have a Kafka of their own, which needs Java.
describe.skipIf((await findJava()) === undefined)('a preset', () => {
  let ground: ChaosGround
  let admin: ConfluentAdmin
  let writer: TopicWriter
  let processor: ChildProcessor | undefined
  beforeAll(async () => {
    ground = await ChaosGround.open(BROKERS)
    const { bootstrap } = ground.cluster
    admin = new ConfluentAdmin({ 'bootstrap.servers': bootstrap })
    await admin.connect()
    writer = await TopicWriter.connect(bootstrap)
    const topics = [...new Set([INPUT, ...presetCases.flatMap(({ topics }) => Object.values(topics))])]
    const config = { 'retention.ms': '-1' }
    await admin.createTopics(
      topics.map(topic => ({ topic, partitions: PARTITIONS, replicationFactor: BROKERS, config }))
    )
    // Leaders come a little later, and the client keeps to the first ones that it has heard of until it asks for all.
    await until('all partitions have leaders', async () => {
      await admin.partitionCounts()
      const answers = await Promise.allSettled(topics.map(ends))
      return answers.every(({ status }) => status === 'fulfilled')
    })
  }, START_AT_MOST_MS)
  afterEach(() => processor?.kill())
  afterAll(async () => {
    await writer.disconnect()
    await admin.disconnect()
    await ground.close({ keepLogs: false })
  })

  const ends = (topic: string) => admin.endOffsets(partitionsOf(topic))

  /** Runs the preset over these logins alone, and answers what it has added to each topic. */
  async function run({ preset, topics }: PresetCase, records: readonly NewRecord[], settings = {}) {
    const group = `preset-${preset}`
    const before = new Map<string, readonly PartitionOffset[]>()
    for (const topic of [INPUT, ...Object.values(topics)]) before.set(topic, await ends(topic))
    await admin.setCommittedOffsets(group, before.get(INPUT)!)
    await writer.write(INPUT, records)
    const all = await ends(INPUT)
    const { bootstrap } = ground.cluster
    const child = new ChildProcessor({ BROKERS: bootstrap, PRESET: preset, GROUP_ID: group, ...settings })
    processor = child
    await child.until('everything is committed', async () =>
      sameOffsets(await admin.committedOffsets(group, partitionsOf(INPUT)), all)
    )
    expect(await child.stop()).toMatchObject({ code: 0 })
    const added = async (topic: string) =>
      (await readTopic(bootstrap, topic, PARTITIONS)).filter(record => isNew(record, before.get(topic)!))
    const rows: Partial<Record<Role, StoredRecord[]>> = {}
    for (const [role, topic] of Object.entries(topics)) rows[role as Role] = await added(topic)
    return { rows, log: child.stdout }
  }

  test.for(presetCases)('$preset: every login is where the specification wants it, as it wants it', async each => {
    const { rows } = await run(each, Object.entries(logins).map(keyed))
    expect(byKey(rows.processed, ({ value }) => JSON.parse(String(value)))).toEqual(each.processed)
    expect(byKey(rows.deadLetters, record => headerOf(record, '__connect.errors.exception.message'))).toEqual(
      each.deadLetters
    )
    for (const record of rows.deadLetters ?? []) expect(record.value).toEqual(valueOf(record.key))
    if (rows.cleaned === undefined) return
    expect(byKey(rows.cleaned, record => headerOf(record, 'millrace.rule'))).toEqual(each.leftOut)
    for (const record of rows.cleaned) expect(record.value).toEqual(valueOf(record.key))
  })

  test('audit: the figures of each record, and a summary of each 1000 that are processed', async () => {
    const audit = presetCases.find(({ preset }) => preset === 'audit')!
    const sound = Array.from({ length: 2100 }, (_, number) => ({ ...logins.good, key: String(number), partition: 0 }))
    const broken = { ...logins['not JSON'], key: 'broken', partition: 0 }
    const old = { ...logins['an hour old'], key: 'old', partition: 0 }
    const { rows } = await run(audit, [broken, ...sound, old])
    const figures = (rows.metrics ?? []).map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>)
    const of = (outcome: string) => figures.filter(each => each.outcome === outcome)
    expect(figures).toHaveLength(2102)
    expect(of('processed')).toHaveLength(2100)
    expect(of('processed')[0]).toMatchObject({ topic: INPUT, partition: 0, processed_at: ISO_TIME })
    expect(of('dead-letter')).toMatchObject([{ reason: 'not-json' }])
    expect(of('expired')).toHaveLength(1)

    const summaries = (rows.summary ?? []).map(({ key, value }) =>
      Object.assign(JSON.parse(String(key)) as SummaryKey, JSON.parse(String(value)) as SummaryValue)
    )
    const [first, second, ...rest] = summaries
    expect(rest).toEqual([])
    expect(first).toMatchObject({
      pipeline: 'user-login',
      group: 'preset-audit',
      topic: INPUT,
      partition: 0,
      cut: 'records',
      records: { processed: 1000, filtered: 0, expired: 0, deadLetters: 1 },
      dimensions: { device_type: { values: { android: 1000 } }, locale: { values: { US: 1000 } } }
    })
    expect(first.next - first.first).toBe(1001)
    expect(second).toMatchObject({ first: first.next, next: first.next + 1000, records: { processed: 1000 } })
  })

  test.for(['enrich', 'defaults'])(
    '%s: counts of device types, versions, locales and errors in the log',
    async name => {
      const preset = presetCases.find(each => each.preset === name)!
      // More often than the preset says, as nobody waits for ten seconds here.
      const { log } = await run(preset, Object.entries(logins).map(keyed), { INSIGHTS_EVERY_MS: '300' })
      const lines = log
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as Record<string, unknown>)
      const insights = lines.filter(({ msg }) => msg === 'insights')
      expect(countsIn(insights.flatMap(({ reasons }) => reasons as string[]))).toEqual({
        invalid: 2,
        'not-json': 1,
        rejected: 1
      })
      expect(countsIn(insights.flatMap(({ top }) => top as string[]))).toMatchObject({
        'device_type android': 6,
        'device_type unknown': 1,
        'app_version 2.3.0': 6,
        'app_version 2.4.0': 1,
        'locale US': 6,
        'locale RU': 1
      })
      const warned = lines.filter(({ msg }) => String(msg).includes('took their default'))
      expect(warned).toMatchObject([{ level: 'warn', fields: 1 }])
    }
  )
})

/** Of texts that end with a number each, the sums by what stands before it: an interval may end in the middle. */
function countsIn(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const text of texts) {
    const [, what, count] = /^(.*) (\d+)$/.exec(text)!
    counts[what] = (counts[what] ?? 0) + Number(count)
  }
  return counts
}

const keyed = ([name, record]: [string, NewRecord]): NewRecord => ({ key: name, ...record })

function partitionsOf(topic: string) {
  return Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }))
}

function sameOffsets(some: readonly PartitionOffset[], others: readonly PartitionOffset[]): boolean {
  const offsetOf = (offsets: readonly PartitionOffset[], wanted: number) =>
    offsets.find(({ partition }) => partition === wanted)?.offset
  return others.every(({ partition, offset }) => offsetOf(some, partition) === offset)
}

function isNew({ partition, offset }: StoredRecord, ends: readonly PartitionOffset[]): boolean {
  return offset >= (ends.find(end => end.partition === partition)?.offset ?? 0)
}

/** Fails if a login is there twice. */
function byKey(rows: readonly StoredRecord[] = [], what: (record: StoredRecord) => unknown): Record<string, unknown> {
  const found = Object.fromEntries(rows.map(record => [String(record.key), what(record)]))
  expect(Object.keys(found)).toHaveLength(rows.length)
  return found
}

function valueOf(key: Buffer | null): Buffer {
  return Buffer.from(logins[String(key)].value as string)
}
