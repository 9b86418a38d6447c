import { createHistogram } from 'node:perf_hooks'
import type { Batch } from '../stages/batch.ts'
import { countersOf, DEAD_LETTER, FILTERED, reasons, rulesOf } from '../slabs/outcomes.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { dimensionsOf } from '../summaries/dimensions.ts'
import type { InsightsView } from './insights-log.ts'
import { InsightsWindow } from './insights-window.ts'
import { LatencyReader } from './latency-reader.ts'

/** Clients that can't reach a broker say so again and again, with pauses of up to 10 s between attempts. */
const TROUBLE_SHOWN_MS = 12_000

/** Counts by name; the names are a closed list. */
export type Counts = Readonly<Record<string, number>>

/** What has been seen in the records so far, in total: why they failed, which rule left them out, and how long they took. */
export class Insights {
  readonly #reasons = new Float64Array(reasons.length)
  readonly #rules: Float64Array
  readonly #counters: Float64Array
  readonly #ruleNames: readonly string[]
  readonly #counterNames: readonly string[]
  /** Milliseconds a batch took from Kafka to its acknowledgement. */
  readonly #latencyMs = createHistogram()
  readonly #latencyReaders: LatencyReader[] = []
  commits = 0
  failedCommits = 0
  workerDeaths = 0
  stalls = 0
  rebalances = 0
  undelivered = 0
  rewinds = 0
  aborts = 0
  registryFailures = 0
  #trouble = { message: '', untilMs: 0 }
  firstRecordMs: number | undefined
  lastCommitMs: number | undefined
  /** By what the pipeline counts records, since it was told last. */
  readonly window: InsightsWindow
  /** What was told last; undefined before that. */
  told: InsightsView | undefined

  constructor(pipeline: AnyPipeline) {
    this.#ruleNames = rulesOf(pipeline)
    this.#counterNames = countersOf(pipeline)
    this.#rules = new Float64Array(this.#ruleNames.length)
    this.#counters = new Float64Array(this.#counterNames.length)
    this.window = new InsightsWindow(dimensionsOf(pipeline).map(({ name }) => name))
  }

  settled({ task, firstRecord, endRecord }: Batch, latencyMs: number): void {
    const { outcome, detail } = task.slab
    for (let record = firstRecord; record < endRecord; record++) {
      if (outcome[record] === DEAD_LETTER) this.#reasons[detail[record]]++
      else if (outcome[record] === FILTERED) this.#rules[detail[record]]++
    }
    this.#latencyMs.record(Math.max(1, Math.round(latencyMs)))
    for (const reader of this.#latencyReaders) reader.record(latencyMs)
    this.window.add(task.slab, firstRecord, endRecord)
  }

  counted(counters: Int32Array): void {
    for (let slot = 0; slot < this.#counters.length; slot++) this.#counters[slot] += counters[slot]
  }

  troubled(message: string, nowMs: number): void {
    this.#trouble = { message, untilMs: nowMs + TROUBLE_SHOWN_MS }
  }

  /** What a client complained of last, however long ago; undefined if nothing. */
  get lastTrouble(): string | undefined {
    return this.#trouble.message || undefined
  }

  /** What a client complained of lately; undefined if nothing. */
  troubleAt(nowMs: number): string | undefined {
    return nowMs < this.#trouble.untilMs ? this.#trouble.message : undefined
  }

  /** A reader of its own: what has been read elsewhere is new to it. */
  readLatencies(): LatencyReader {
    const reader = new LatencyReader()
    this.#latencyReaders.push(reader)
    return reader
  }

  /** What has happened beside the records, by name; those that have happened. */
  get incidents(): Counts {
    const { commits, failedCommits, rebalances, workerDeaths, undelivered, rewinds, aborts, stalls } = this
    const { registryFailures } = this
    const mostly = { commits, failedCommits, rebalances, workerDeaths, undelivered, rewinds, aborts, stalls }
    const counts = { ...mostly, registryFailures }
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
  }

  get reasons(): Counts {
    return named(reasons, this.#reasons)
  }

  get rules(): Counts {
    return named(this.#ruleNames, this.#rules)
  }

  get counters(): Counts {
    return named(this.#counterNames, this.#counters)
  }

  /** The latency that this share of batches stayed below since the last call. */
  latencyMs(percentile: number): number {
    const { count } = this.#latencyMs
    const value = count === 0 ? 0 : this.#latencyMs.percentile(percentile)
    this.#latencyMs.reset()
    return value
  }
}

function named(names: readonly string[], counts: Float64Array): Counts {
  return Object.fromEntries(names.map((name, index) => [name, counts[index]]).filter(([, count]) => count !== 0))
}
