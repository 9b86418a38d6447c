import type { Properties } from '../librdkafka/client-types.ts'
import { TransactionalProducer } from '../librdkafka/transactional-producer.ts'
import type { Transport, TransportEvents } from '../ports.ts'
import { loadAddon, type Addon } from './addon.ts'
import { NativeConsumer } from './consumer.ts'
import { createProducer } from './producer.ts'
import { NativeTransactionalConnection } from './transactional-connection.ts'

export interface NativeOptions {
  /** librdkafka's properties for the two clients. A `transactional.id` makes transactions. */
  readonly consumerProperties: Properties
  readonly producerProperties: Properties
  /** The topic of each output, by its index in a slab's rows. */
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  /** How long each attempt to connect may take, one after the other; 30 s in all if left out. */
  readonly connectAttemptsMs?: readonly number[]
}

/**
 * Kafka through the addon in native/: whole batches between librdkafka's C API and slabs, no JavaScript object a record.
 *
 * @throws NativeUnavailable where the addon, or a librdkafka for it, is missing.
 */
export function createNativeTransport(options: NativeOptions, addon: Addon = loadAddon()): Transport {
  const { librdkafkaVersion, librdkafkaFile } = addon
  const name = `native, librdkafka ${librdkafkaVersion} (${librdkafkaFile})`
  const consumer = new NativeConsumer({ ...options, addon })
  if (options.producerProperties['transactional.id'] === undefined) {
    return { name, consumer, producer: createProducer(addon, options), transactions: undefined }
  }
  const transactional = new TransactionalProducer({
    ...options,
    membership: consumer,
    connect: wanted => NativeTransactionalConnection.open(addon, wanted)
  })
  return { name, consumer, producer: transactional, transactions: transactional }
}
