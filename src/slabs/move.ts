import { Header } from './layout.ts'
import type { Slab } from './slab.ts'

/** With the flags goes `detail`: it holds the reason where a record has a verdict. */
const COPIED = ['offsetLow', 'offsetHigh', 'timestampLow', 'timestampHigh', 'omittedBytes', 'flags', 'detail'] as const

/** Copies one record, just as it is, into an empty slab, as a batch of its own. */
export function moveRecord(
  from: Slab,
  record: number,
  source: { readonly topic: string; readonly partition: number; readonly epoch: number },
  to: Slab
): void {
  const topicStart = to.places.input
  const start = topicStart + to.bytes.latin1Write(source.topic, topicStart)
  const shift = start - from.keyStart[record]
  to.batchEpoch[0] = source.epoch
  to.batchPartition[0] = source.partition
  to.batchFirstRecord[0] = 0
  to.batchTopicStart[0] = topicStart
  to.batchTopicEnd[0] = start
  to.bytes.set(from.bytes.subarray(from.keyStart[record], from.headersEnd[record]), start)
  for (const column of ['keyStart', 'keyEnd', 'valueEnd', 'headersEnd'] as const) {
    to[column][0] = from[column][record] + shift
  }
  for (const column of COPIED) to[column][0] = from[column][record]
  to.header[Header.RECORDS] = 1
  to.header[Header.BATCHES] = 1
  to.header[Header.INPUT_END] = to.headersEnd[0]
}
