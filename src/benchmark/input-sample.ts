import type { AdminClient } from '../kafka/admin.ts'
import { allPartitions } from '../kafka/all-partitions.ts'
import type { BulkRecord } from '../kafka/confluent/bulk-producer.ts'
import type { OffsetRange, RangeReader } from '../kafka/range-reader.ts'

/** Enough that caches and compression see what they see in operation, and few enough to keep. */
const RECORDS = 20_000
const BYTES = 67_108_864

export interface InputSample {
  readonly records: readonly BulkRecord[]
  /** Partitions of the topic that has the most of them. */
  readonly partitions: number
}

/** The newest records of each of these topics' partitions. Reads them and nothing else: no group, no commit. */
export async function sampleInput(
  admin: AdminClient,
  reader: RangeReader,
  topics: readonly string[],
  signal: AbortSignal
): Promise<InputSample> {
  const counts = await admin.partitionCounts()
  const partitions = topics.flatMap(topic => allPartitions(topic, counts.get(topic) ?? 0))
  const begins = await admin.beginningOffsets(partitions)
  const ends = await reader.stableEnds(partitions)
  const beginOf = new Map(begins.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
  const each = Math.ceil(RECORDS / Math.max(1, partitions.length))
  const ranges = partitions.map(({ topic, partition }, index): OffsetRange => {
    const begin = beginOf.get(`${topic}/${partition}`) ?? 0
    return { topic, partition, from: Math.max(begin, ends[index] - each), to: ends[index] }
  })
  const filled = ranges.filter(({ from, to }) => to > from)
  const records = await readRanges(reader, filled, signal)
  return { records, partitions: Math.max(1, ...topics.map(topic => counts.get(topic) ?? 0)) }
}

async function readRanges(reader: RangeReader, ranges: readonly OffsetRange[], signal: AbortSignal) {
  const records: BulkRecord[] = []
  let bytes = 0
  await reader.read(
    ranges,
    {
      record: ({ key, value, headers, timestampMs }) => {
        if (bytes > BYTES || records.length >= RECORDS) return
        bytes += (key?.length ?? 0) + (value?.length ?? 0)
        // They are valid only now.
        records.push({
          key: key && Buffer.from(key),
          value: value && Buffer.from(value),
          headers: headers.map(({ name, value: of }) => ({ name, value: Buffer.from(of) })),
          timestampMs
        })
      }
    },
    signal
  )
  return records
}
