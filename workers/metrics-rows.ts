import { DEAD_LETTER, EXPIRED, FILTERED, outcomes, reasons, rulesOf } from '../src/slabs/outcomes.ts'
import type { RowWriter } from '../src/slabs/rows.ts'
import type { Slab } from '../src/slabs/slab.ts'
import { bytesIn, bytesOut, outcomeFigures } from './batch-figures.ts'
import type { WorkerPlan } from './plan.ts'

/** What of a row is not names: braces, quotes, numbers of up to 16 digits, times. */
const FIGURES_BYTES = 1024
/** Beside a name that is counted: quotes, colon, comma and the count. */
const COUNT_BYTES = 16
const LONGEST_TOPIC = 249
/** The rule of expired records, as cleaned records name it. */
const AGE_RULE = 'age'
const NO_TIME = -1

/**
 * The rows of `METRICS_TOPIC` with `METRICS_EVERY=record` or `batch`: figures of the work on records, and where these
 * stood; nothing of what is in them. They stand behind the rows of the record they tell of, or of the last record of the
 * part of a batch that ran, so they are acknowledged before that settles, and come again if it does.
 */
export class MetricsRows {
  /** The most that one row takes. */
  readonly rowBytes: number
  readonly #output: number
  readonly #everyRecord: boolean
  readonly #rules: readonly string[]
  readonly #names: string
  readonly #eventTimeMs: WorkerPlan['eventTimeMs']
  #slab!: Slab
  #rows!: RowWriter
  #nowMs = 0
  #nowIso = ''
  #key = ''
  #place = ''
  #startedMs = 0
  /** The first row of the part of a batch that runs. */
  #firstRow = 0
  /** When the event of the record happened, once that is known. */
  #eventMs = NO_TIME

  /** Undefined where none are wanted. */
  static of(plan: WorkerPlan): MetricsRows | undefined {
    const isWanted = plan.outputs.metrics >= 0 && plan.settings.metricsEvery !== 'interval'
    return isWanted ? new MetricsRows(plan) : undefined
  }

  private constructor({ pipeline, settings, outputs, eventTimeMs }: WorkerPlan) {
    this.#eventTimeMs = eventTimeMs
    this.#output = outputs.metrics
    this.#everyRecord = settings.metricsEvery === 'record'
    this.#rules = rulesOf(pipeline)
    this.#names = `{"pipeline":${JSON.stringify(pipeline.name)},"group":${JSON.stringify(settings.groupId)}`
    const counted = [...reasons, ...this.#rules].reduce((sum, name) => sum + sizeOf(name) + COUNT_BYTES, 0)
    this.rowBytes = FIGURES_BYTES + Buffer.byteLength(this.#names) + 2 * LONGEST_TOPIC + counted
  }

  enterTask(slab: Slab, rows: RowWriter, nowMs: number, nowIso: string): void {
    this.#slab = slab
    this.#rows = rows
    this.#nowMs = nowMs
    this.#nowIso = nowIso
  }

  enterBatch(batch: number): void {
    const topic = this.#slab.topicOf(batch)
    const partition = this.#slab.batchPartition[batch]
    this.#key = `${topic}/${partition}`
    this.#place = `${this.#names},"topic":${JSON.stringify(topic)},"partition":${partition}`
    this.#firstRow = this.#slab.rows
    this.#startedMs = performance.now()
  }

  enterRecord(): void {
    this.#eventMs = NO_TIME
    if (this.#everyRecord) this.#startedMs = performance.now()
  }

  /** The record is valid. What it says of its time decides nothing here, so it does not matter if that throws. */
  sawValue(value: Readonly<Record<string, unknown>>): void {
    if (!this.#everyRecord) return
    try {
      const eventMs = this.#eventTimeMs(value)
      if (eventMs >= 0 && Number.isFinite(eventMs)) this.#eventMs = eventMs
    } catch {
      this.#eventMs = NO_TIME
    }
  }

  /** The record is kept. */
  leaveRecord(record: number): void {
    if (!this.#everyRecord) return
    const slab = this.#slab
    const outcome = slab.outcome[record]
    const latencyMs = this.#eventMs === NO_TIME ? 'null' : this.#nowMs - this.#eventMs
    const text =
      `${this.#place},"offset":${slab.offsetOf(record)},"outcome":"${outcomes[outcome]}"` +
      `${this.#why(outcome, slab.detail[record])},"latency_ms":${latencyMs},"processing_us":${this.#elapsedUs()}`
    this.#add(record, text)
  }

  /** These records of the batch have been run. */
  leaveBatch(from: number, until: number): void {
    if (this.#everyRecord || from >= until) return
    const slab = this.#slab
    const text =
      `${this.#place},"first_offset":${slab.offsetOf(from)},"last_offset":${slab.offsetOf(until - 1)}` +
      `,"records":${until - from}${outcomeFigures(slab, from, until, this.#rules)}` +
      `,"bytes_in":${bytesIn(slab, from, until)},"bytes_out":${bytesOut(slab, this.#firstRow)}` +
      `,"duration_us":${this.#elapsedUs()}`
    this.#add(until - 1, text)
  }

  #add(record: number, text: string): void {
    const value = `${text},"processed_at":"${this.#nowIso}"}`
    this.#rows.addBeside(record, this.#output, this.#nowMs, this.#key, value)
  }

  #why(outcome: number, detail: number): string {
    if (outcome === DEAD_LETTER) return `,"reason":${JSON.stringify(reasons[detail])}`
    if (outcome === EXPIRED) return `,"rule":"${AGE_RULE}"`
    return outcome === FILTERED ? `,"rule":${JSON.stringify(this.#rules[detail])}` : ''
  }

  #elapsedUs(): number {
    return Math.round((performance.now() - this.#startedMs) * 1000)
  }
}

function sizeOf(name: string): number {
  return Buffer.byteLength(JSON.stringify(name))
}
