import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectedOutcome, type ExpectedOutcome } from '../../pipelines/user-login/sample-outcome.ts'
import { expectBoundedDuplicates } from '../invariants/duplicates.ts'
import { expectNoLoss } from '../invariants/no-loss.ts'
import { expectOrder } from '../invariants/order.ts'
import { settle } from '../kafka/running-processor.ts'
import { sampleNumber, traceSamples, writeSamples } from '../kafka/samples.ts'
import { describeOnKafka, TestKafka, type TestTopics } from '../kafka/test-kafka.ts'

/** `make test-full` asks for a million. */
const RECORDS = Number(process.env.RECORDS ?? 200_000)
const A_RECORD_AT_MOST_MS = 1
const settings = { ACCEPTED_APP_VERSIONS: '2.3.0', DROPPED_LOCALES: 'NE', WORKERS: '2' }
const expectations = {
  acceptedAppVersions: new Set(['2.3.0']),
  droppedLocales: ['NE'],
  invalidIp: 'dead-letter',
  tombstones: 'dead-letter'
} as const

describeOnKafka(`${RECORDS} logins, one in fifty of them bad`, { timeout: RECORDS * A_RECORD_AT_MOST_MS }, () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('each has the outcome that the generator foresaw, once, in order, and all of them are committed', async () => {
    const topics = await kafka.createTopics({ partitions: 4 }, { partitions: 3 })
    const samples = await writeSamples(topics.input, RECORDS, 3)
    const expected = Array.from({ length: RECORDS }, (_, number) => expectedOutcome(samples.at(number), expectations))
    const snapshot = await settle({ ...topics.environment, ...settings }, RECORDS)

    expect(snapshot).toMatchObject({ consumed: RECORDS, inFlight: 0, abandoned: 0, lag: 0, drained: true })
    const counted = (outcome: string) => expected.filter(each => each.outcome === outcome)
    expect(snapshot.tally).toEqual({
      processed: counted('processed').length,
      filtered: counted('filtered').length,
      expired: 0,
      deadLetter: counted('dead-letter').length
    })
    expect(snapshot.reasons).toEqual(byWhy(counted('dead-letter')))
    expect(snapshot.rules).toEqual(byWhy(counted('filtered')))
    expect(await kafka.committedOffsets(topics.group, topics.input)).toEqual(await kafka.endOffsets(topics.input))

    const outputs = await readOutputs(kafka, topics)
    const cleaned = topics.cleaned
    const topicOf = {
      processed: topics.processed,
      filtered: cleaned,
      expired: cleaned,
      'dead-letter': topics.deadLetters
    }
    const strays = outputs.filter(row => row.topic !== topicOf[expected[sampleNumber(row)].outcome])
    expect(strays.map(sampleNumber)).toEqual([])
    const { inputs, rows } = traceSamples(await kafka.read(topics.input), outputs)
    expect(inputs).toHaveLength(RECORDS)
    expectNoLoss(rows, inputs)
    expectBoundedDuplicates(rows, 0)
    expectOrder(rows)
  })
})

async function readOutputs(kafka: TestKafka, { processed, deadLetters, cleaned }: TestTopics) {
  return [...(await kafka.read(processed)), ...(await kafka.read(deadLetters)), ...(await kafka.read(cleaned))]
}

function byWhy(outcomes: readonly ExpectedOutcome[]): Record<string, number> {
  const groups = Map.groupBy(outcomes, ({ why }) => why)
  return Object.fromEntries([...groups].map(([why, of]) => [why, of.length]))
}
