import type { LoneClient, LoneReport } from '../librdkafka/lone-producer.ts'
import { LONE_PROPERTIES, LONE_ROLE } from '../librdkafka/lone-producer.ts'
import type { ProducerOptions } from '../librdkafka/idempotent-producer.ts'
import type { OutputTopics } from '../librdkafka/output-topics.ts'
import type { ProduceFailure } from '../ports.ts'
import type { Addon } from './addon.ts'
import { ProducerConnection } from './producer-connection.ts'

export async function connectLone(
  addon: Addon,
  { producerProperties, events, connectAttemptsMs }: ProducerOptions,
  outputs: OutputTopics,
  reported: LoneReport
): Promise<LoneClient> {
  const listener = {
    reported: (number: number, _rows: number, failure: ProduceFailure | undefined) => reported(number, failure),
    error: (error: ProduceFailure & { readonly fatal: boolean }) => events.producerError(error)
  }
  const properties = { ...producerProperties, ...LONE_PROPERTIES }
  const connection = await ProducerConnection.open(addon, LONE_ROLE, properties, listener, connectAttemptsMs)
  return {
    hand: (slab, row, inputPartition, number) => {
      connection.counted(outputs.names, outputs.partitions)
      return connection.hand(slab, row, row + 1, number, inputPartition)
    },
    close: async flushMs => {
      if (flushMs > 0) await connection.client.flush(flushMs)
      await connection.close(LONE_ROLE)
    }
  }
}
