import { KafkaError } from '../kafka/kafka-error.ts'
import type { CommitOffset, TopicPartition } from '../kafka/ports.ts'
import { isVerdict, remedyFor } from '../kafka/produce-errors.ts'
import type { StoredRecord } from '../kafka/stored-record.ts'
import type { Pace } from './pace.ts'
import type { RedriveProgress } from './redrive-progress.ts'
import { type PlacedRecord, type Step, stepFor, type StepOptions } from './redrive-step.ts'
import { RedriveTally } from './redrive-tally.ts'

/** A partition of the dead-letter topic: `from` where there may be something left, `to` where this redrive ends. */
export interface RedriveRange extends TopicPartition {
  readonly from: number
  readonly to: number
  readonly progress: RedriveProgress
}

export interface RedriveOptions extends StepOptions {
  readonly ranges: readonly RedriveRange[]
  /** Records of the ranges, those of a partition in order; none when everything has been read. */
  next(): Promise<readonly StoredRecord[]>
  /** No more than so many are redriven or quarantined. */
  readonly limit: number
  readonly pace: Pace
  readonly stop: AbortSignal
  /** All of it becomes visible together, or nothing does: it rejects then. Left out in a dry run. */
  readonly write?: (records: readonly PlacedRecord[], offsets: readonly CommitOffset[]) => Promise<void>
  /** A chunk is done. */
  progressed?(tally: RedriveTally): void
}

const CHUNK_ROWS = 500
const CHUNK_BYTES = 8_388_608
/** What is only passed over is remembered now and then, so that a redrive that is killed need not read it again. */
const CHUNK_STEPS = 10_000

/**
 * Takes dead letters out of their topic and puts the records back where they came from. It goes through the ranges once;
 * what fails again meanwhile lies behind their ends. A chunk is a transaction, the records and the progress, so that a
 * redrive that is killed, or overtaken by another one, has done a whole chunk or nothing of it.
 */
export class Redrive {
  readonly tally = new RedriveTally()
  readonly #options: RedriveOptions
  readonly #progress: Map<number, RedriveProgress>
  #chunk: Step[] = []
  #rows = 0
  #bytes = 0
  #taken = 0

  constructor(options: RedriveOptions) {
    this.#options = options
    this.#progress = new Map(options.ranges.map(({ partition, progress }) => [partition, progress]))
  }

  /** Answers false if it was stopped before it came to the end. What it rejects with ends nothing but itself. */
  async run(): Promise<boolean> {
    const { next, stop, limit, ranges } = this.#options
    for (;;) {
      const records = await next()
      if (records.length === 0) return this.#flush(ranges.filter(({ from, to }) => from < to))
      for (const record of records) {
        if (stop.aborted) return false
        this.#add(await stepFor(record, this.#progressOf(record), this.#options))
        const isLast = this.#taken === limit
        if ((isLast || this.#isFull) && !(await this.#flush([]))) return false
        if (isLast) return true
      }
    }
  }

  get #isFull(): boolean {
    const rows = Math.min(CHUNK_ROWS, this.#options.pace.chunk)
    return this.#rows >= rows || this.#bytes >= CHUNK_BYTES || this.#chunk.length >= CHUNK_STEPS
  }

  #add(step: Step): void {
    this.#chunk.push(step)
    if (step.row === undefined) return
    this.#taken++
    this.#rows++
    this.#bytes += (step.row.key?.length ?? 0) + (step.row.value?.length ?? 0)
  }

  /** `read`: these ranges have been read to their ends, unless that was stopped. Answers false if it was stopped before the chunk was begun. */
  async #flush(read: readonly RedriveRange[]): Promise<boolean> {
    const [chunk, rows] = [this.#chunk, this.#rows]
    this.#chunk = []
    this.#rows = 0
    this.#bytes = 0
    if (!(await this.#options.pace.take(rows, this.#options.stop))) return false
    await this.#write(chunk, read)
    return true
  }

  async #write(steps: readonly Step[], read: readonly RedriveRange[]): Promise<void> {
    const progress = this.#progressAfter(steps, read)
    if (progress.size === 0) return
    try {
      await this.#options.write?.(
        steps.flatMap(({ row }) => row ?? []),
        this.#options.ranges.flatMap(({ topic, partition }) => {
          const after = progress.get(partition)
          return after === undefined ? [] : { topic, partition, ...after.write() }
        })
      )
    } catch (error) {
      return this.#writeApart(steps, read, error)
    }
    for (const [partition, after] of progress) this.#progress.set(partition, after)
    for (const { outcome, reason, attempt } of steps) this.tally.add(outcome, reason, attempt)
    this.#options.progressed?.(this.tally)
  }

  /** Brokers refuse a whole batch for one record in it, and do not say which. Halves, until it is alone, find it. */
  async #writeApart(steps: readonly Step[], read: readonly RedriveRange[], error: unknown): Promise<void> {
    const rows = steps.flatMap(({ row }, index) => (row === undefined ? [] : index))
    if (!(error instanceof KafkaError) || remedyFor(error.code) !== 'isolate' || rows.length === 0) throw error
    if (rows.length === 1) {
      if (!isVerdict(error.code)) throw error
      const { record } = steps[rows[0]]
      if (this.#progressOf(record).isFull) throw error
      return this.#write(
        steps.with(rows[0], { ...steps[rows[0]], outcome: 'refused', row: undefined, isLeft: true }),
        read
      )
    }
    const middle = rows[rows.length >> 1]
    await this.#write(steps.slice(0, middle), [])
    await this.#write(steps.slice(middle), read)
  }

  /** By partition, those that the steps or the ends of ranges have moved. */
  #progressAfter(steps: readonly Step[], read: readonly RedriveRange[]): Map<number, RedriveProgress> {
    const moved = new Map<number, RedriveProgress>()
    const byPartition = Map.groupBy(steps, ({ record }) => record.partition)
    for (const range of this.#options.ranges) {
      const { partition, from, to } = range
      const own = byPartition.get(partition) ?? []
      const end = read.includes(range) ? to : (own.at(-1)?.record.offset ?? -1) + 1
      if (end === 0) continue
      const offsets = (wanted: (step: Step) => unknown) => own.filter(wanted).map(({ record }) => record.offset)
      const results = { left: offsets(step => step.isLeft), taken: offsets(step => step.row) }
      moved.set(
        partition,
        this.#progress.get(partition)!.advanced({ from, to: end, terms: this.#options.terms }, results)
      )
    }
    return moved
  }

  #progressOf({ partition }: TopicPartition): RedriveProgress {
    return this.#progress.get(partition)!
  }
}
