import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Header } from '../../src/index.ts'
import { badRecords, soundLogin, type BadRecord } from '../corpus/bad-records.ts'
import { jsonTestSuite } from '../corpus/json-test-suite.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'
import type { NewRecord } from '../kafka/topic-writer.ts'
import { processed, sha256 } from './user-login-cases.ts'

const PARTITIONS = 3
const CONNECT = '__connect.errors.'
/** Whatever stands in a record of the corpus and in no line of a log. */
const personal = [soundLogin.user_id, soundLogin.ip, soundLogin.device_id, '5935928', '192.168.001', 'fe80::1', 'Köln']

/** What the suite's verdict on a text makes of it here, where only objects with the right fields are logins. */
const reasons = {
  refuse: /^millrace\.(not-json|not-utf8|too-deep)$/,
  accept: /^millrace\.(not-an-object|invalid)$/,
  open: /^millrace\./
}

/** Each record has a timestamp of its own, by which it is found again: keys and headers belong to the cases. */
const firstTimestampMs = Date.now() - 3_600_000

describeOnKafka('records that are bad, or only look it', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('each has its outcome, dead letters are the record itself, and no log line holds a part of one', async () => {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    await kafka.write(topics.input, badRecords.map(placed))
    const log = await runToTheEnd(kafka, topics)

    const outputs = byTimestamp([...(await kafka.read(topics.processed)), ...(await kafka.read(topics.deadLetters))])
    const arrived = badRecords.map((_, number) => (outputs.get(firstTimestampMs + number) ?? []).map(viewOf))
    const expected = badRecords.map((record, number) => [expectedView(record, topics, number % PARTITIONS)])
    // One by one, and with its name: the whole would be megabytes of difference.
    for (const [number, { name }] of badRecords.entries()) {
      expect({ name, arrived: arrived[number] }).toEqual({ name, arrived: expected[number] })
    }
    for (const value of personal) expect(log).not.toContain(value)
  })

  test('the files of JSONTestSuite all become dead letters, for what they are', async () => {
    const topics = await kafka.createTopics({ partitions: PARTITIONS })
    const records = jsonTestSuite.map(({ bytes }, number) => placed({ key: null, value: bytes, headers: [] }, number))
    await kafka.write(topics.input, records)
    await runToTheEnd(kafka, topics)

    const deadLetters = byTimestamp(await kafka.read(topics.deadLetters))
    for (const [number, { name, verdict, bytes }] of jsonTestSuite.entries()) {
      const found = (deadLetters.get(firstTimestampMs + number) ?? []).map(deadLetter => ({
        isUntouched: deadLetter.value?.equals(bytes),
        reason: headerOf(deadLetter, `${CONNECT}exception.class.name`)
      }))
      const reason = expect.stringMatching(reasons[verdict]) as string
      expect({ name, found }).toEqual({ name, found: [{ isUntouched: true, reason }] })
    }
  })
})

function placed({ key, value, headers }: Pick<BadRecord, 'key' | 'value' | 'headers'>, number: number): NewRecord {
  return { key, value, headers, timestampMs: firstTimestampMs + number, partition: number % PARTITIONS }
}

/** Has a processor take all that there is. Answers everything that it has printed. */
async function runToTheEnd(kafka: TestKafka, topics: TestTopics): Promise<string> {
  const settings = { ENRICH_FIELDS: 'none', LOG_LEVEL: 'trace' }
  const processor = new ChildProcessor({ ...topics.environment, ...settings })
  onTestFinished(() => processor.kill())
  const ends = await kafka.endOffsets(topics.input)
  await processor.until('everything is committed', async () => {
    const committed = await kafka.committedOffsets(topics.group, topics.input)
    return committed.every((offset, partition) => offset === ends[partition])
  })
  expect(await processor.stop()).toEqual({ code: 0, signal: null })
  return processor.stdout + processor.stderr
}

function byTimestamp(records: readonly StoredRecord[]): Map<number, StoredRecord[]> {
  return Map.groupBy(records, ({ timestampMs }) => timestampMs)
}

interface View {
  readonly topic: string
  readonly key: Buffer | null
  /** Only its hash where it is long, so that a failure can be read. */
  readonly value: string | null
  readonly headers: readonly (readonly [name: string, value: string])[]
}

function viewOf({ topic, key, value, headers }: Pick<StoredRecord, 'topic' | 'key' | 'value' | 'headers'>): View {
  const shown = value !== null && value.length > 1000 ? sha256(value.toString('latin1')) : value?.toString('latin1')
  return { topic, key, value: shown ?? null, headers: headers.map(textOf) }
}

function textOf(header: Header): readonly [name: string, value: string] {
  return [header.name, Buffer.from(header.value).toString()]
}

function expectedView(record: BadRecord, topics: TestTopics, partition: number): View {
  const { key, value, headers, expected } = record
  if (expected.outcome === 'processed') {
    return viewOf({ topic: topics.processed, key, value: Buffer.from(processed().value as string), headers })
  }
  const untouched = viewOf({ topic: topics.deadLetters, key, value, headers })
  const stage = expected.reason === 'rejected' ? 'TRANSFORMATION' : 'VALUE_CONVERTER'
  const own: View['headers'] = [
    [`${CONNECT}topic`, topics.input],
    [`${CONNECT}partition`, String(partition)],
    [`${CONNECT}offset`, expect.stringMatching(/^\d+$/) as string],
    [`${CONNECT}connector.name`, topics.group],
    [`${CONNECT}task.id`, 'millrace'],
    [`${CONNECT}stage`, stage],
    [`${CONNECT}class.name`, 'millrace.user-login'],
    [`${CONNECT}exception.class.name`, `millrace.${expected.reason}`],
    [`${CONNECT}exception.message`, expected.message]
  ]
  return { ...untouched, headers: [...untouched.headers, ...own] }
}
