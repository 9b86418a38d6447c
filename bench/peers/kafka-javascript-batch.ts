/** The login job on kafka-javascript's promisified API, the one that its documentation leads to. */
import { KafkaJS } from '@confluentinc/kafka-javascript'
import { eachBatch } from './each-batch.ts'
import { job } from './job.ts'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: job.brokers.split(','), logLevel: KafkaJS.logLevel.ERROR } })
const producer = kafka.producer({
  kafkaJS: { acks: -1, idempotent: true, compression: KafkaJS.CompressionTypes.LZ4 },
  'linger.ms': 20,
  'batch.size': 1_000_000
})
const consumer = kafka.consumer({
  kafkaJS: { groupId: job.group, fromBeginning: true, autoCommit: false },
  // Its default of 32 is for handlers that take long.
  'js.consumer.max.batch.size': 2000
})
await producer.connect()
await consumer.connect()
await consumer.subscribe({ topic: job.input })
await consumer.run({
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 6,
  eachBatch: eachBatch('kafka-javascript-batch', {
    sendBatch: topicMessages => producer.sendBatch({ topicMessages }),
    commitOffsets: offsets => consumer.commitOffsets(offsets)
  })
})
