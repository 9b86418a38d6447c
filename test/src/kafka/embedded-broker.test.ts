import { expect, test } from 'vitest'
import { createEmbeddedTopics, startEmbeddedBroker } from '../../../src/kafka/embedded-broker.ts'
import { ConfluentAdmin } from '../../../src/kafka/confluent/admin.ts'
import { createConfluentTransport } from '../../../src/kafka/confluent/transport.ts'

test('other clients find the embedded broker, and its topics have four partitions', async () => {
  const broker = await startEmbeddedBroker()
  expect(broker.bootstrap).toMatch(/^127\.0\.0\.1:\d+$/)
  await createEmbeddedTopics(broker.bootstrap, ['demo'])
  const { consumer } = createConfluentTransport({
    consumerProperties: { 'bootstrap.servers': broker.bootstrap, 'group.id': 'g', 'group.protocol': 'consumer' },
    producerProperties: { 'bootstrap.servers': broker.bootstrap, 'enable.idempotence': true },
    outputTopics: [],
    slabRecords: 10,
    events: { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }
  })
  await consumer.connect()
  consumer.subscribe(['demo'])
  let assigned: number | undefined
  while (assigned === undefined) {
    const { events } = await consumer.poll(undefined)
    for (const event of events) {
      if (event.type !== 'assigned') continue
      consumer.assign(event.partitions.map((partition, i) => ({ ...partition, epoch: i + 1 })))
      assigned = event.partitions.length
    }
  }
  expect(assigned).toBe(4)
  await consumer.disconnect()
  const admin = new ConfluentAdmin({ 'bootstrap.servers': broker.bootstrap })
  await admin.connect()
  expect((await admin.partitionCounts()).get('demo')).toBe(4)
  await admin.disconnect()
  await broker.stop()
  await broker.stop()
})
