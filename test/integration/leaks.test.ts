import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import pipeline from '../../pipelines/user-login/pipeline.ts'
import { environmentName } from '../../src/config/option.ts'
import { namedOptions, optionsFor } from '../../src/config/options.ts'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { badRecords } from '../corpus/bad-records.ts'
import { FIRST_KEY } from '../fixtures/encryption.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { millrace } from '../kafka/millrace-command.ts'
import { brokers, describeOnKafka, TestKafka, type Environment, type TestTopics } from '../kafka/test-kafka.ts'
import type { StoredRecord } from '../kafka/topic-reader.ts'
import { temporaryDir } from '../scripts/temporary-dir.ts'
import { identifying, personalRecords, userId, writings } from './personal-values.ts'

const PARTITIONS = 2
/** What a topic may be set by that a processor does not write to. */
const NOT_WRITTEN = ['inputTopic', 'redriveTopic', 'quarantineTopic']
const records = [...personalRecords(PARTITIONS)]
/** Everything that tells something, as soon as it can; those of them that there are. */
const talkative: Environment = {
  LOG_LEVEL: 'trace',
  METRICS_EVERY: 'record',
  SUMMARY_EVERY_RECORDS: '10',
  INSIGHTS_EVERY_MS: '1000',
  PROVENANCE_HEADERS: 'on',
  EVENT_ID_HEADERS: 'on'
}

/** What has come out at one place, as text of any bytes. */
interface Outlet {
  readonly name: string
  readonly text: string
}

/**
 * Values of records are searched for wherever something comes out, in all writings. Key and headers of a record pass by
 * contract, so these records have neutral ones; the cleaned topic is what came in; the output keeps `user_id`.
 */
describeOnKafka('nothing personal', () => {
  let kafka: TestKafka
  let admin: ConfluentAdmin
  beforeAll(async () => {
    kafka = await TestKafka.connect()
    admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
  })
  afterAll(() => Promise.all([kafka.disconnect(), admin.disconnect()]))

  test.each(['at-least-once', 'exactly-once'])(
    'is found in any topic, log, commit or status; delivery: %s',
    async delivery => {
      const outlets = await run({ DELIVERY: delivery, DLQ_MASKING: 'on', DLQ_ENCRYPTION_KEYS: FIRST_KEY })
      for (const { name, text } of outlets) expect({ name, found: foundIn(name, text) }).toEqual({ name, found: [] })
      expect(outlets.map(({ name }) => name)).toEqual(expect.arrayContaining(['outputTopic', 'dlqTopic', 'commits']))
      for (const name of ['stdout', 'status', 'commits', 'dlq list', 'dlqTopic', 'outputTopic']) {
        expect(outlets.find(outlet => outlet.name === name)?.text.length).toBeGreaterThan(100)
      }
    }
  )

  test('would be found: without masking it is, in dead letters and nowhere else', async () => {
    const outlets = await run({ DLQ_MASKING: 'off' })
    const leaky = outlets.filter(({ name, text }) => foundIn(name, text).length > 0)
    // The one that is shown may be any, as two partitions come together in it.
    expect(leaky.map(({ name }) => name).filter(name => name !== 'dlq show')).toEqual(['dlqTopic'])
    expect(new Set(foundIn('dlqTopic', leaky[0].text))).toEqual(new Set([userId, ...identifying]))
  })

  /** Has a processor take all that there is, and collects what it, and those who ask after it, have to tell. */
  async function run(settings: Environment): Promise<Outlet[]> {
    const { topics, outputs } = await createTopics()
    await kafka.write(topics.input, records)
    const socket = join(temporaryDir(), 'control.sock')
    const environment = { ...topics.environment, ...outputs, ...talkative, ...settings, CONTROL_SOCKET: socket }
    const processor = new ChildProcessor(environment)
    onTestFinished(() => processor.kill())
    const ends = await kafka.endOffsets(topics.input)
    await processor.until('everything is committed', async () => {
      const committed = await kafka.committedOffsets(topics.group, topics.input)
      return committed.every((offset, partition) => offset === ends[partition])
    })
    const commits = await commitsOf(topics)
    const status = await toldBy(['status'], environment)
    const json = await toldBy(['status', '--json'], environment)
    expect(await processor.stop()).toEqual({ code: 0, signal: null })
    return [
      ...(await Promise.all(Object.entries(outputs).map(([name, topic]) => outletOf(name, topic)))),
      { name: 'stdout', text: processor.stdout },
      { name: 'stderr', text: processor.stderr },
      { name: 'status', text: status + json },
      { name: 'commits', text: commits + (await commitsOf(topics)) },
      { name: 'dlq list', text: await toldBy(['dlq', 'list'], environment) },
      { name: 'dlq show', text: (await toldBy(['dlq', 'show', '0/9', '--value'], environment)).replace(/\n +/g, '') },
      { name: 'redrive', text: await toldBy(['dlq', 'redrive', '--dry-run'], environment) }
    ]
  }

  /** A topic for each setting that names one which is written to, those that are off by default, too. */
  async function createTopics(): Promise<{ topics: TestTopics; outputs: Environment }> {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    const table = namedOptions(optionsFor(pipeline)).filter(([name]) => /_TOPIC(_|$)/.test(name))
    const unread = new Set(NOT_WRITTEN.map(environmentName))
    const names = table.map(([name]) => name).filter(name => !unread.has(name))
    const outputs: Environment = {}
    for (const name of names) {
      outputs[name] = topics.environment[name] ?? (await kafka.createTopic(`${topics.input}-${name.toLowerCase()}`))
    }
    return { topics, outputs }
  }

  async function outletOf(setting: string, topic: string): Promise<Outlet> {
    const name = setting.toLowerCase().replace(/_(.)/g, (_all, letter: string) => letter.toUpperCase())
    return { name, text: (await kafka.read(topic)).map(textOf).join('\n') }
  }

  async function commitsOf({ group, input }: TestTopics): Promise<string> {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: input, partition }))
    return JSON.stringify(await admin.committedOffsets(group, partitions))
  }
})

/** Which values are found, in whatever writing. */
function foundIn(name: string, text: string): string[] {
  if (name === 'cleanedTopic') return []
  const wanted = name === 'outputTopic' ? identifying : [userId, ...identifying]
  return wanted.filter(value => writings(value).some(writing => text.includes(writing)))
}

async function toldBy(args: readonly string[], environment: Environment): Promise<string> {
  const { stdout, stderr } = await millrace(args, environment)
  return `${stdout}${stderr}`
}

/** A character a byte, so that nothing is lost; keys and headers too. */
function textOf({ key, value, headers }: StoredRecord): string {
  const parts = [key, value, ...headers.flatMap(each => [Buffer.from(each.name), Buffer.from(each.value)])]
  return parts.map(part => part?.toString('latin1') ?? '').join('\t')
}

test('the corpus is about the person that is searched for', () => {
  expect(badRecords.filter(({ value }) => value?.includes(userId)).length).toBeGreaterThan(20)
})
