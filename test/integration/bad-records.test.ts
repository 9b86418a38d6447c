import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { badRecords, soundLogin, type BadRecord } from '../corpus/bad-records.ts'
import { jsonTestSuite } from '../corpus/json-test-suite.ts'
import { ChildProcessor } from '../kafka/child-processor.ts'
import { describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'
import type { NewRecord } from '../kafka/topic-writer.ts'
import { processed } from './user-login-cases.ts'

const PARTITIONS = 3
const CONNECT = '__connect.errors.'
/** Whatever stands in a record of the corpus and in no line of a log. */
const personal = [soundLogin.user_id, soundLogin.ip, soundLogin.device_id, '5935928', '192.168.001', 'fe80::1', 'Köln']

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

    const results = byTimestamp(await kafka.read(topics.processed))
    const deadLetters = byTimestamp(await kafka.read(topics.deadLetters))
    for (const [number, record] of badRecords.entries()) {
      const isProcessed = record.expected.outcome === 'processed'
      const [there, elsewhere] = isProcessed ? [results, deadLetters] : [deadLetters, results]
      const arrived = there.get(firstTimestampMs + number)
      expect(arrived, `${record.name} is where it belongs`).toHaveLength(1)
      expect(elsewhere.get(firstTimestampMs + number), `${record.name} is nowhere else`).toBeUndefined()
      const [output] = arrived as StoredRecord[]
      if (isProcessed) expectResult(record, output)
      else expectDeadLetter(record, output, { topics, partition: number % PARTITIONS })
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
      const [deadLetter] = deadLetters.get(firstTimestampMs + number) ?? []
      expect(deadLetter?.value?.equals(bytes), `${name} is a dead letter as it was`).toBe(true)
      const reason = headerOf(deadLetter, `${CONNECT}exception.class.name`)
      if (verdict === 'refuse') expect(reason, name).toMatch(/^millrace\.(not-json|not-utf8|too-deep)$/)
      if (verdict === 'accept') expect(reason, name).toMatch(/^millrace\.(not-an-object|invalid)$/)
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

function expectResult({ name, key, headers }: BadRecord, result: StoredRecord): void {
  expect(String(result.value), name).toBe(processed().value)
  expect(result.key, name).toEqual(key)
  expect(result.headers, name).toEqual(headers)
}

interface Place {
  readonly topics: TestTopics
  readonly partition: number
}

function expectDeadLetter(record: BadRecord, deadLetter: StoredRecord, { topics, partition }: Place): void {
  const { name, key, value, headers, expected } = record
  // Compared as a whole and not shown: a megabyte of difference helps nobody.
  expect(deadLetter.value === null ? value === null : deadLetter.value.equals(value ?? Buffer.alloc(0)), name).toBe(
    true
  )
  expect(deadLetter.key, name).toEqual(key)
  expect(deadLetter.headers.slice(0, headers.length), name).toEqual(headers)
  const own = deadLetter.headers.slice(headers.length).map(({ name: header, value: text }) => [header, String(text)])
  const stage = expected.reason === 'rejected' ? 'TRANSFORMATION' : 'VALUE_CONVERTER'
  expect(own, name).toEqual([
    [`${CONNECT}topic`, topics.input],
    [`${CONNECT}partition`, String(partition)],
    [`${CONNECT}offset`, expect.stringMatching(/^\d+$/)],
    [`${CONNECT}connector.name`, topics.group],
    [`${CONNECT}task.id`, 'millrace'],
    [`${CONNECT}stage`, stage],
    [`${CONNECT}class.name`, 'millrace.user-login'],
    [`${CONNECT}exception.class.name`, `millrace.${expected.reason}`],
    [`${CONNECT}exception.message`, expected.message]
  ])
}
