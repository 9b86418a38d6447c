import { allPartitions } from '../all-partitions.ts'
import type { StoredRecord } from '../stored-record.ts'
import {
  type ConsumedMessage,
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type Properties
} from './client.ts'
import { ConfluentAdmin } from './admin.ts'
import { fromNative } from './headers.ts'
import { connectClient, disconnectClient } from './connection.ts'

export type { StoredRecord } from '../stored-record.ts'

const IDLE_MS = 1000
const BATCH = 1000

/**
 * The last records of a topic, up to `count` of each partition, oldest first by timestamp. Joins no group and commits
 * nothing. For commands that show something; answers what it has if the broker falls silent.
 */
export async function readLast(properties: Properties, topic: string, count: number): Promise<StoredRecord[]> {
  const ranges = await rangesOf(properties, topic, count)
  if (ranges.length === 0) return []
  const reader = { ...properties, 'group.id': `millrace-show-${process.pid}`, 'enable.auto.commit': false }
  const client = await connectClient('reader', () => new KafkaConsumer(reader, WITHOUT_TOPIC_PROPERTIES))
  try {
    client.assign(ranges.map(({ partition, first }) => ({ topic, partition, offset: first })))
    const records: StoredRecord[] = []
    const missing = new Map(ranges.map(({ partition, end }) => [partition, end]))
    let heardMs = performance.now()
    while (missing.size > 0 && performance.now() - heardMs < IDLE_MS * 5) {
      const messages = await new Promise<ConsumedMessage[]>((resolve, reject) => {
        nativeConsumer(client).consume(IDLE_MS, BATCH, true, (error, got) => (error ? reject(error) : resolve(got)))
      })
      if (messages.length > 0) heardMs = performance.now()
      for (const message of messages) {
        records.push(storedRecord(message))
        if (message.offset + 1 >= (missing.get(message.partition) ?? 0)) missing.delete(message.partition)
      }
    }
    return records.sort((a, b) => a.timestampMs - b.timestampMs)
  } finally {
    await disconnectClient(client, 'reader')
  }
}

async function rangesOf(properties: Properties, topic: string, count: number) {
  const admin = new ConfluentAdmin(properties)
  await admin.connect()
  try {
    const partitions = (await admin.partitionCounts()).get(topic) ?? 0
    const all = allPartitions(topic, partitions)
    const begins = new Map((await admin.beginningOffsets(all)).map(({ partition, offset }) => [partition, offset]))
    const ends = await admin.endOffsets(all)
    return ends
      .map(({ partition, offset: end }) => ({
        partition,
        end,
        first: Math.max(begins.get(partition) ?? 0, end - count)
      }))
      .filter(({ first, end }) => end > first)
  } finally {
    await admin.disconnect()
  }
}

function storedRecord({ topic, partition, offset, timestamp, key, value, headers }: ConsumedMessage): StoredRecord {
  return { topic, partition, offset, timestampMs: timestamp, key, value, headers: fromNative(headers) }
}
