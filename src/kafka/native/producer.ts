import { IdempotentProducer, type ProducerOptions } from '../librdkafka/idempotent-producer.ts'
import { LoneProducer } from '../librdkafka/lone-producer.ts'
import type { Addon } from './addon.ts'
import { NativeBulkClient } from './bulk-client.ts'
import { connectLone } from './lone-client.ts'

/** `RecordProducer` on the addon. */
export function createProducer(addon: Addon, options: ProducerOptions): IdempotentProducer {
  const { producerProperties: properties } = options
  return new IdempotentProducer(options, {
    open: (_, events, attemptsMs) => NativeBulkClient.open({ addon, properties, events, attemptsMs }),
    lone: outputs => new LoneProducer(reported => connectLone(addon, options, outputs, reported))
  })
}
