import {
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type ConsumedMessage,
  type ConsumerClient,
  type PartitionEnd
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'
import { openTransactions } from './open-transactions.ts'

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
    const left = await scanToEnd(client, ends, visit)
    if (left.length > 0) throw await unended(bootstrap, topic, left, ends)
  } finally {
    await disconnectClient(client, 'chaos reader')
  }
}

/** Answers the partitions of which the end has not come into sight. */
async function scanToEnd(
  client: ConsumerClient,
  ends: readonly number[],
  visit: (message: ConsumedMessage) => void
): Promise<number[]> {
  const left = new Set(ends.keys())
  let heardMs = performance.now()
  while (left.size > 0 && performance.now() - heardMs <= SILENCE_MS) {
    const answer = await consume(client)
    for (const message of answer.messages) visit(message)
    for (const { partition, offset } of answer.ends) if (offset >= ends[partition]) left.delete(partition)
    if (answer.messages.length > 0) heardMs = performance.now()
  }
  return [...left]
}

/** With all that may say whose transaction it is: when somebody reads it, the brokers are gone. */
async function unended(bootstrap: string, topic: string, left: readonly number[], ends: readonly number[]) {
  const partitions = left.map(partition => `${partition} (to ${ends[partition]})`).join(', ')
  const what = `${topic}: partitions ${partitions} do not end: is there a transaction that nobody has ended?`
  return new Error(`${what}\n${await openTransactions(bootstrap, topic, left)}`)
}

function consume(client: ConsumerClient): Promise<{ messages: ConsumedMessage[]; ends: PartitionEnd[] }> {
  return new Promise((resolve, reject) => {
    nativeConsumer(client).consume(POLL_WAIT_MS, MESSAGES, true, (error, messages, ends) => {
      if (error) reject(new Error(error.message))
      else resolve({ messages, ends })
    })
  })
}
