import type { Transport, TransportEvents } from '../ports.ts'
import { librdkafkaVersion, type Properties } from './client.ts'
import { ConfluentConsumer } from './consumer.ts'
import { createProducer } from './producer.ts'
import { ConfluentTransactionalConnection } from './transactional-connection.ts'
import { TransactionalProducer } from '../librdkafka/transactional-producer.ts'

export interface ConfluentOptions {
  /** librdkafka's properties for the two clients; callbacks are added here. A `transactional.id` makes transactions. */
  readonly consumerProperties: Properties
  readonly producerProperties: Properties
  /** The topic of each output, by its index in a slab's rows. */
  readonly outputTopics: readonly string[]
  /** How many records a slab holds, so that no more are taken from the client than fit. */
  readonly slabRecords: number
  readonly events: TransportEvents
  /** How long each attempt to connect may take, one after the other; 30 s in all if left out. */
  readonly connectAttemptsMs?: readonly number[]
}

/** Kafka through kafka-javascript's raw API: a JavaScript object a record, on the main thread. */
export function createConfluentTransport(options: ConfluentOptions): Transport {
  const name = `kafka-javascript, librdkafka ${librdkafkaVersion}`
  const consumer = new ConfluentConsumer(options)
  if (options.producerProperties['transactional.id'] === undefined) {
    return { name, consumer, producer: createProducer(options), transactions: undefined }
  }
  const transactional = new TransactionalProducer({
    ...options,
    membership: consumer,
    connect: wanted => ConfluentTransactionalConnection.open(wanted)
  })
  return { name, consumer, producer: transactional, transactions: transactional }
}
