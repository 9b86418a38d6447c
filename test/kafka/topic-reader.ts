import {
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type ConsumedMessage,
  type ConsumerClient,
  type PartitionEnd
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'
import { fromNative } from '../../src/kafka/confluent/headers.ts'
import type { StoredRecord } from '../../src/kafka/confluent/read-last.ts'

export type { StoredRecord } from '../../src/kafka/confluent/read-last.ts'

const POLL_WAIT_MS = 100
const MESSAGES = 2000
const SILENCE_MS = 30_000

/**
 * Everything that a topic holds, each partition in the order of its offsets. Aborted records are not among it, and open
 * transactions are waited for; or left out, with all that stands behind them.
 *
 * @throws if the end of a partition does not come into sight.
 */
export async function readTopic(
  brokers: string,
  topic: string,
  partitions: number,
  open: 'waited for' | 'left out' = 'waited for'
): Promise<StoredRecord[]> {
  const properties = {
    'bootstrap.servers': brokers,
    'group.id': 'test-reader',
    'enable.auto.commit': false,
    'enable.partition.eof': true,
    'auto.offset.reset': 'earliest',
    'fetch.wait.max.ms': 10
  }
  const client = await connectClient('test reader', () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES))
  try {
    client.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })))
    return await readToEnd(client, partitions, open === 'waited for')
  } finally {
    await disconnectClient(client, 'test reader')
  }
}

async function readToEnd(client: ConsumerClient, partitions: number, whole: boolean): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []
  const ended = new Set<number>()
  let heardMs = performance.now()
  while (ended.size < partitions) {
    const { messages, ends } = await consume(client)
    for (const message of messages) records.push(stored(message))
    for (const end of ends) if (!whole || isWholeEnd(client, end)) ended.add(end.partition)
    if (messages.length + ends.length > 0) heardMs = performance.now()
    if (performance.now() - heardMs > SILENCE_MS) throw new Error('the broker fell silent before the topic ended')
  }
  return records.sort((a, b) => a.partition - b.partition)
}

/** Behind the end for readers of what is committed there may be more: until the brokers abort what a dead writer left open. */
function isWholeEnd(client: ConsumerClient, { topic, partition, offset }: PartitionEnd): boolean {
  const watermarks = nativeConsumer(client).getWatermarkOffsets(topic, partition)
  return typeof watermarks === 'number' || offset >= watermarks.highOffset
}

function consume(client: ConsumerClient): Promise<{ messages: ConsumedMessage[]; ends: PartitionEnd[] }> {
  return new Promise((resolve, reject) => {
    nativeConsumer(client).consume(POLL_WAIT_MS, MESSAGES, true, (error, messages, ends) => {
      if (error) reject(new Error(error.message))
      else resolve({ messages, ends })
    })
  })
}

function stored({ topic, partition, offset, timestamp, key, value, headers }: ConsumedMessage): StoredRecord {
  return { topic, partition, offset, timestampMs: timestamp, key, value, headers: fromNative(headers) }
}

/** A header as text, the last of its name, as those of ours come after the record's own. */
export function headerOf({ headers }: StoredRecord, name: string): string | undefined {
  const header = headers.findLast(candidate => candidate.name === name)
  return header && Buffer.from(header.value).toString()
}
