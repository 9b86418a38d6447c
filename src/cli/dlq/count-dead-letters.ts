import { readDeadLetter } from '../../dead-letters/dead-letter.ts'
import { type Filter, matches } from '../../dead-letters/filter.ts'
import type { DeadLetterTally } from '../../dead-letters/tally.ts'
import type { RangeRecord } from '../../kafka/range-reader.ts'
import { grouped, ProgressLine } from '../progress-line.ts'
import type { DeadLetterTopic } from './dead-letter-topic.ts'

/** Counts those that match, and answers how many records it has looked at. */
export async function countDeadLetters(
  topic: DeadLetterTopic,
  filter: Filter,
  tally: DeadLetterTally,
  stop: AbortSignal
): Promise<number> {
  const line = new ProgressLine(process.stdout)
  const ranges = await rangesSince(topic, filter.sinceMs)
  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
  let lookedAt = 0
  const visitor = {
    record({ topic: name, partition, offset, timestampMs, headers }: RangeRecord) {
      const deadLetter = readDeadLetter({
        topic: name,
        partition,
        offset,
        timestampMs,
        headers,
        key: null,
        value: null
      })
      if (deadLetter !== undefined && matches(filter, deadLetter)) tally.add(deadLetter)
      lookedAt++
      if (lookedAt % 1000 === 0 && process.stdout.isTTY)
        line.show(`${grouped(lookedAt)} of ${grouped(total)} looked at`)
    }
  }
  await topic.reader.read(ranges, visitor, stop)
  line.end()
  return lookedAt
}

/** Kafka finds the first record that is not older; all before it are. */
async function rangesSince(topic: DeadLetterTopic, sinceMs: number | undefined) {
  const ranges = await topic.ranges()
  if (sinceMs === undefined) return ranges
  const firsts = await topic.reader.offsetsAt(ranges, sinceMs)
  return ranges.map(({ topic: name, partition, from, to }, index) => {
    return { topic: name, partition, from: Math.max(from, firsts[index]), to }
  })
}
