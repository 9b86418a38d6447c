import { setTimeout as sleep } from 'node:timers/promises'
import { isInput, topicsRead } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import { outputsOf } from '../config/outputs.ts'
import type { AdminClient, PartitionOffset } from '../kafka/admin.ts'
import { allPartitions } from '../kafka/all-partitions.ts'
import type { TopicPartition } from '../kafka/ports.ts'
import type { RangeReader } from '../kafka/range-reader.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { chooseRanges, type ChosenRanges } from '../verify/choose-ranges.ts'
import { type OutputKind, type OutputRange, VerifyRefusal } from '../verify/task.ts'
import type { VerifyArguments } from './verify-arguments.ts'

/** How long output transactions may take to end that are open now. */
const STABLE_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 100
/** Outputs keep their inputs' time, more or less: so much earlier is surely before what comes of a range. */
const EARLIER_MS = 3_600_000

/** Asks the cluster which offsets there are to be held against one another. */
export class VerifyRanges {
  readonly #admin: AdminClient
  readonly #reader: RangeReader

  constructor(admin: AdminClient, reader: RangeReader) {
    this.#admin = admin
    this.#reader = reader
  }

  /** The ranges of the input partitions. */
  async inputs(settings: CoreSettings, group: string, args: VerifyArguments): Promise<ChosenRanges> {
    const partitions = inputPartitions(await this.#admin.partitionCounts(), settings, args)
    const begins = byName(await this.#admin.beginningOffsets(partitions))
    const committed = byName(await this.#admin.committedOffsets(group, partitions))
    const ends = await this.#reader.stableEnds(partitions)
    const timeFrom = await this.#offsetsAt(partitions, args.from)
    const timeTo = await this.#offsetsAt(partitions, args.to)
    const states = partitions.map(({ topic, partition }, index) => ({
      topic,
      partition,
      begin: begins.get(`${topic}/${partition}`) ?? 0,
      end: ends[index],
      committed: committed.get(`${topic}/${partition}`) ?? -1,
      timeFrom: timeFrom[index] ?? 0,
      timeTo: timeTo[index] ?? 0
    }))
    const chosen = chooseRanges(states, args.from, args.to)
    if (chosen.ranges.length > 0) return chosen
    const why = states.every(({ committed }) => committed < 0) ? `group ${group} has committed nothing` : 'it is empty'
    throw new VerifyRefusal(`there is nothing to look at in this range: ${why}`)
  }

  /** All that the output topics hold by now; of a range that begins with a time, what is not much older than that. */
  async outputs(pipeline: AnyPipeline, settings: CoreSettings, args: VerifyArguments): Promise<OutputRange[]> {
    const kinds = outputKinds(pipeline, settings)
    const counts = await this.#admin.partitionCounts()
    const partitions = [...kinds.keys()].flatMap(topic => partitionsOf(topic, counts))
    const begins = byName(await this.#admin.beginningOffsets(partitions))
    const ends = await this.#settledEnds(partitions)
    const since = args.from.type === 'time' ? args.from.timestampMs - EARLIER_MS : undefined
    const sinceOffsets = since === undefined ? [] : await this.#reader.offsetsAt(partitions, since)
    return partitions.map(({ topic, partition }, index) => {
      const begin = Math.max(begins.get(`${topic}/${partition}`) ?? 0, sinceOffsets[index] ?? 0)
      const from = Math.min(begin, ends[index])
      return { topic, partition, from, to: ends[index], kind: kinds.get(topic)!, cut: from > 0 }
    })
  }

  /** Which of these partitions have lost records, since their ranges were chosen, that were to be read. */
  async deletedSince(ranges: readonly (TopicPartition & { readonly from: number })[]): Promise<string[]> {
    const begins = byName(await this.#admin.beginningOffsets(ranges))
    return ranges.filter(range => (begins.get(nameOf(range)) ?? 0) > range.from).map(nameOf)
  }

  async #offsetsAt(partitions: readonly TopicPartition[], bound: VerifyArguments['from' | 'to']): Promise<number[]> {
    return bound.type === 'time' ? this.#reader.offsetsAt(partitions, bound.timestampMs) : []
  }

  /** What was committed of the input has been written; where it was in a transaction, that may still be ending. */
  async #settledEnds(partitions: readonly TopicPartition[]): Promise<number[]> {
    const ends = byName(await this.#admin.endOffsets(partitions))
    const wanted = partitions.map(partition => ends.get(nameOf(partition)) ?? 0)
    const deadlineMs = performance.now() + STABLE_WITHIN_MS
    for (;;) {
      const stable = await this.#reader.stableEnds(partitions)
      const isSettled = stable.every((end, index) => end >= wanted[index])
      if (isSettled || performance.now() > deadlineMs) return wanted.map((end, index) => Math.min(end, stable[index]))
      await sleep(LOOK_EVERY_MS)
    }
  }
}

/** By topic. A topic with two kinds of rows would not tell which outcome a record had. */
export function outputKinds(pipeline: AnyPipeline, settings: CoreSettings): ReadonlyMap<string, OutputKind> {
  const { topics, names, cleaned, metrics, summary } = outputsOf(pipeline, settings)
  const kinds = new Map<string, OutputKind>()
  topics.forEach((topic, index) => {
    // What stands there is about records and none of their rows.
    if (index === metrics || index === summary) return
    const kind = index < names.length ? 'processed' : index === cleaned ? 'cleaned' : 'dead-letter'
    if ((kinds.get(topic) ?? kind) !== kind) {
      throw new VerifyRefusal(`${topic} is the topic of several outcomes, so its rows do not tell which one it was`)
    }
    kinds.set(topic, kind)
  })
  return kinds
}

function inputPartitions(
  counts: ReadonlyMap<string, number>,
  settings: CoreSettings,
  { topics, partitions }: VerifyArguments
): TopicPartition[] {
  const read = [...counts.keys()].filter(topic => isInput(topicsRead(settings), topic))
  const unknown = topics?.find(topic => !read.includes(topic))
  if (unknown !== undefined) throw new VerifyRefusal(`the group does not read topic "${unknown}", or there is none`)
  const wanted = (topics ?? read).flatMap(topic => partitionsOf(topic, counts))
  const chosen = wanted.filter(({ partition }) => partitions?.includes(partition) ?? true)
  if (chosen.length === 0) throw new VerifyRefusal(`there is no such partition of ${topicsRead(settings).join(', ')}`)
  return chosen
}

function partitionsOf(topic: string, counts: ReadonlyMap<string, number>): TopicPartition[] {
  const count = counts.get(topic)
  if (count === undefined) throw new VerifyRefusal(`there is no topic "${topic}"`)
  return allPartitions(topic, count)
}

function byName(offsets: readonly PartitionOffset[]): ReadonlyMap<string, number> {
  return new Map(offsets.map(offset => [nameOf(offset), offset.offset]))
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
