import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSampleGenerator, SAMPLE_HEADER, type Sample } from '../../pipelines/user-login/samples.ts'
import { expectedOutcome } from '../../pipelines/user-login/sample-outcome.ts'
import { BulkProducer } from '../../src/kafka/confluent/bulk-producer.ts'
import { settle } from '../kafka/running-processor.ts'
import { brokers, describeOnKafka, TestKafka } from '../kafka/test-kafka.ts'
import { headerOf, type StoredRecord } from '../kafka/topic-reader.ts'

const RECORDS = 200_000
const settings = {
  ACCEPTED_APP_VERSIONS: '2.3.0',
  DROPPED_LOCALES: 'NE',
  WORKERS: '2'
}

describeOnKafka('200,000 logins, one in fifty of them bad', () => {
  let kafka: TestKafka
  beforeAll(async () => (kafka = await TestKafka.connect()))
  afterAll(() => kafka.disconnect())

  test('each has the outcome that the generator foresaw, once, in order, and all of them are committed', async () => {
    const topics = await kafka.createTopics({ partitions: 4 }, { partitions: 3 })
    const samples = createSampleGenerator({ seed: 3, startTimeMs: Date.now() })
    await writeSamples(topics.input, samples)
    const snapshot = await settle({ ...topics.environment, ...settings }, RECORDS)
    console.log(snapshot)
  })
})

async function writeSamples(topic: string, samples: { at(number: number): Sample }): Promise<void> {
  const producer = new BulkProducer({ 'bootstrap.servers': brokers }, topic)
  await producer.connect()
  for (let number = 0; number < RECORDS; number++) {
    while (!producer.send(samples.at(number))) await new Promise(setImmediate)
  }
  await producer.flush()
  await producer.disconnect()
}
