import type { LoneClient, LoneReport } from '../librdkafka/lone-producer.ts'
import { LONE_PROPERTIES, LONE_ROLE } from '../librdkafka/lone-producer.ts'
import type { ProducerOptions } from '../librdkafka/idempotent-producer.ts'
import type { OutputTopics } from '../librdkafka/output-topics.ts'
import { Producer, WITHOUT_TOPIC_PROPERTIES, type ClientError } from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { RowWriter } from './row-writer.ts'

/** Reports every row, which is too dear for the usual client. */
export async function connectLone(
  { producerProperties, events, connectAttemptsMs }: ProducerOptions,
  outputs: OutputTopics,
  reported: LoneReport
): Promise<LoneClient> {
  const properties = { ...producerProperties, ...LONE_PROPERTIES, dr_cb: true }
  const make = () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES)
  const client = await connectClient(LONE_ROLE, make, connectAttemptsMs)
  client.on('delivery-report', (error: ClientError | null, { opaque }: { readonly opaque?: number }) => {
    reported(opaque as number, error ? { code: error.code, message: error.message } : undefined)
  })
  onError(client, error => events.producerError(error))
  client.setPollInBackground(true)
  const writer = new RowWriter(outputs)
  writer.attach(client)
  return {
    hand: (slab, row, inputPartition, number) => writer.write(slab, row, inputPartition, number),
    close: async flushMs => {
      await disconnectClient(client, LONE_ROLE, flushMs)
      writer.attach(undefined)
    }
  }
}
