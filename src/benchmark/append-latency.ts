import type { TopicPartition } from '../kafka/ports.ts'
import type { RangeReader } from '../kafka/range-reader.ts'
import { parseSource, SOURCE_HEADER } from '../slabs/source-header.ts'
import { type Percentiles, percentilesOf } from './statistics.ts'

export interface AppendLatency extends Percentiles {
  /** Output rows that it rests on. */
  readonly rows: number
}

/**
 * Milliseconds from the append of an input record to those of its outputs, as brokers stamp them; outputs say what they
 * were made of by `PROVENANCE_HEADERS=on`. Inputs that were appended before `sinceMs` do not count. Undefined where nothing
 * came out.
 */
export async function readAppendLatency(
  reader: RangeReader,
  inputs: readonly TopicPartition[],
  outputs: readonly TopicPartition[],
  sinceMs: number,
  signal: AbortSignal
): Promise<AppendLatency | undefined> {
  const appendedMs = new Map<string, number>()
  await readAll(reader, inputs, signal, ({ partition, offset, timestampMs }) => {
    if (timestampMs >= sinceMs) appendedMs.set(`${partition}/${offset}`, timestampMs)
  })
  const latencies: number[] = []
  await readAll(reader, outputs, signal, record => {
    const header = record.lastHeader(SOURCE_HEADER)
    const source = header && parseSource(header)
    const fromMs = source && appendedMs.get(`${source.partition}/${source.offset}`)
    if (fromMs !== undefined) latencies.push(Math.max(0, record.timestampMs - fromMs))
  })
  return latencies.length === 0 ? undefined : { ...percentilesOf(latencies), rows: latencies.length }
}

type Visit = Parameters<RangeReader['read']>[1]['record']

async function readAll(
  reader: RangeReader,
  partitions: readonly TopicPartition[],
  signal: AbortSignal,
  record: Visit
): Promise<void> {
  const ends = await reader.stableEnds(partitions)
  const ranges = partitions.map(({ topic, partition }, index) => ({ topic, partition, from: 0, to: ends[index] }))
  const filled = ranges.filter(({ to }) => to > 0)
  await reader.read(filled, { record }, signal)
}
