import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import { allPartitions } from '../../src/kafka/all-partitions.ts'
import { brokers, describeOnKafka, uniqueName } from '../kafka/test-kafka.ts'

/** Each takes its leader a moment. */
const PARTITIONS = 50
const TOPICS = 4

describeOnKafka('a topic that has just been created', () => {
  const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
  beforeAll(() => admin.connect())
  afterAll(() => admin.disconnect())

  // An idempotent producer's first records are lost where the first request is refused and the second is not.
  test('refuses nobody: every partition has a leader that knows it', async () => {
    for (let i = 0; i < TOPICS; i++) {
      const topic = uniqueName('new')
      await admin.createTopics([{ topic, partitions: PARTITIONS, replicationFactor: 1 }])
      const ends = await admin.endOffsets(allPartitions(topic, PARTITIONS))
      await admin.deleteTopics([topic])
      expect(ends.map(({ offset }) => offset)).toEqual(Array.from({ length: PARTITIONS }, () => 0))
    }
  })
})
