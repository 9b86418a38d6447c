import {
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type ConsumedMessage,
  type ConsumerClient,
  type PartitionEnd
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'

export type { ConsumedMessage } from '../../src/kafka/confluent/client.ts'

const POLL_WAIT_MS = 100
const MESSAGES = 5000
/** Longer than a transaction that nobody ends may be open: 15 s, and 10 s until the brokers look. */
const SILENCE_MS = 60_000

/**
 * Shows everything that a topic holds to `visit`, the records of a partition in the order of their offsets, as a
 * read_committed reader sees them. `ends` are the offsets behind the last record by partition: a transaction that is
 * still open would hide what comes after its begin, so they are waited for.
 *
 * @throws if the end of a partition does not come into sight.
 */
export async function scanTopic(
  bootstrap: string,
  topic: string,
  ends: readonly number[],
  visit: (message: ConsumedMessage) => void
): Promise<void> {
  const properties = {
    'bootstrap.servers': bootstrap,
    'group.id': 'chaos-reader',
    'enable.auto.commit': false,
    'enable.partition.eof': true,
    'isolation.level': 'read_committed' as const,
    'auto.offset.reset': 'earliest' as const,
    'queued.max.messages.kbytes': 65_536,
    'fetch.wait.max.ms': 10
  }
  const client = await connectClient('chaos reader', () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES))
  try {
    client.assign(ends.map((_, partition) => ({ topic, partition, offset: 0 })))
    await scanToEnd(client, ends, visit)
  } finally {
    await disconnectClient(client, 'chaos reader')
  }
}

async function scanToEnd(
  client: ConsumerClient,
  ends: readonly number[],
  visit: (message: ConsumedMessage) => void
): Promise<void> {
  const left = new Set(ends.keys())
  let heardMs = performance.now()
  while (left.size > 0) {
    const answer = await consume(client)
    for (const message of answer.messages) visit(message)
    for (const { partition, offset } of answer.ends) if (offset >= ends[partition]) left.delete(partition)
    if (answer.messages.length > 0) heardMs = performance.now()
    if (performance.now() - heardMs > SILENCE_MS)
      throw new Error(`partitions ${[...left].join(', ')} do not end: is there a transaction that nobody has ended?`)
  }
}

function consume(client: ConsumerClient): Promise<{ messages: ConsumedMessage[]; ends: PartitionEnd[] }> {
  return new Promise((resolve, reject) => {
    nativeConsumer(client).consume(POLL_WAIT_MS, MESSAGES, true, (error, messages, ends) => {
      if (error) reject(new Error(error.message))
      else resolve({ messages, ends })
    })
  })
}
