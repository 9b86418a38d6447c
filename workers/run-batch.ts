import { HAS_VERDICT, Header, NOT_NOW, VALUE_IS_NULL, VALUE_IS_OMITTED } from '../src/slabs/layout.ts'
import {
  DEAD_LETTER,
  EXPIRED,
  FIELDS_DEFAULTED,
  FILTERED,
  PROCESSED,
  engineRules,
  reasons,
  rulesOf,
  type Reason
} from '../src/slabs/outcomes.ts'
import { RowWriter } from '../src/slabs/rows.ts'
import type { Slab } from '../src/slabs/slab.ts'
import { CurrentRecord } from './current-record.ts'
import { DimensionTerms } from './dimension-terms.ts'
import { MetricsRows } from './metrics-rows.ts'
import type { WorkerPlan } from './plan.ts'
import { Context } from './transform-context.ts'
import { UndeliveredRows } from './undelivered.ts'

const TOMBSTONE = engineRules.indexOf('tombstone')
const NOTHING_EMITTED = engineRules.indexOf('nothing-emitted')
const AGE_RULE = 'age'

/**
 * The record loop of a worker: age, parse, defaults, validate, transform, and exactly one outcome for each record.
 * Whatever is wrong with a record ends in its outcome; only a broken worker throws.
 */
export class BatchRunner {
  readonly #plan: WorkerPlan
  readonly #rules: readonly string[]
  readonly #record = new CurrentRecord()
  readonly #context: Context
  readonly #undelivered: UndeliveredRows
  readonly #metrics: MetricsRows | undefined
  readonly #terms: DimensionTerms
  /** By the record's own timestamp, which is read for nothing else before the transform asks. */
  readonly #hasAgeLimit: boolean
  #slab!: Slab
  #rows!: RowWriter
  /** There is no larger slab for what does not fit this one. */
  #lastResort = false

  constructor(plan: WorkerPlan) {
    this.#plan = plan
    this.#rules = rulesOf(plan.pipeline)
    this.#hasAgeLimit = plan.settings.ageClock === 'record' && plan.settings.maxRecordAgeMs > 0
    this.#context = new Context(plan, this.#record)
    this.#undelivered = new UndeliveredRows(plan, this.#record)
    this.#metrics = MetricsRows.of(plan)
    this.#terms = new DimensionTerms(plan)
  }

  /**
   * Runs the slab's records from `from` to before `until` and appends their rows to those that are in the slab. It stops
   * at the first one whose rows do not fit, and says so in the header; with `lastResort` such a record becomes a dead
   * letter instead.
   */
  run(slab: Slab, from: number, lastResort: boolean, nowMs: number, until = slab.records): void {
    this.#slab = slab
    this.#rows = new RowWriter(slab, this.#metrics?.rowBytes)
    this.#lastResort = lastResort
    this.#context.enterTask(this.#rows, nowMs)
    this.#terms.enterTask(slab, this.#rows, nowMs)
    this.#metrics?.enterTask(slab, this.#rows, nowMs, this.#context.nowIso)
    try {
      slab.header[Header.STOPPED_AT] = this.#runBatches(from, until)
    } finally {
      this.#context.leaveTask()
    }
  }

  #runBatches(from: number, until: number): number {
    const slab = this.#slab
    for (let batch = 0; batch < slab.batches && slab.batchFirstRecord[batch] < until; batch++) {
      let end = Math.min(slab.batchEnd(batch), until)
      let first = Math.max(from, slab.batchFirstRecord[batch])
      // What another task runs is the end of a batch, or all but its end.
      while (first < end && slab.flags[first] & NOT_NOW) first++
      while (first < end && slab.flags[end - 1] & NOT_NOW) end--
      this.#record.enterBatch(slab, batch)
      this.#metrics?.enterBatch(batch)
      const stoppedAt = this.#runRecords(first, end)
      this.#metrics?.leaveBatch(first, stoppedAt)
      if (stoppedAt < end) return stoppedAt
    }
    return until
  }

  /** Answers the first record whose rows do not fit, or `end`. */
  #runRecords(first: number, end: number): number {
    const { header } = this.#slab
    for (let record = first; record < end; record++) {
      // The main thread reads this to name the record that a worker hangs or dies on.
      Atomics.store(header, Header.CURSOR, record + 1)
      if (!this.#runRecord(record)) return record
    }
    return end
  }

  /** Answers false if the record's rows do not fit; nothing of it is kept then. */
  #runRecord(record: number): boolean {
    const rows = this.#rows
    rows.begin(record)
    if (rows.overflowed) return false
    this.#metrics?.enterRecord()
    this.#record.enter(record)
    this.#context.forgetCounts()
    this.#decide(record)
    if (rows.overflowed) {
      if (!this.#lastResort) return false
      this.#deadLetter(record, 'output-too-large', 'output-too-large')
      if (rows.overflowed) throw new Error('the dead letter of a record does not fit a slab of its own')
    }
    rows.keep()
    this.#terms.keep()
    for (const slot of this.#context.counted) this.#slab.counters[slot]++
    this.#metrics?.leaveRecord(record)
    return true
  }

  #decide(record: number): void {
    const { flags } = this.#slab
    if (flags[record] & HAS_VERDICT) return this.#judged(record)
    if (flags[record] & VALUE_IS_OMITTED) return this.#deadLetter(record, 'record-too-large', 'record-too-large')
    if (this.#hasAgeLimit && this.#tooOld(this.#record.timestampMs)) return this.#expire(record)
    if (flags[record] & VALUE_IS_NULL) return this.#tombstone(record)

    const { inputCodec } = this.#plan
    const value = inputCodec.decode(this.#slab, record)
    if (value === undefined) {
      const { reason, message } = inputCodec.failure
      return this.#deadLetter(record, reason, message)
    }
    try {
      this.#judge(record, value)
    } catch {
      // A check, the event's time or the transform threw. The text may quote the record, so it goes nowhere.
      this.#deadLetter(record, 'transform-threw', 'transform-threw')
    }
  }

  /** All that runs the pipeline's own code. */
  #judge(record: number, value: Record<string, unknown>): void {
    const { validator, settings } = this.#plan
    const failures = validator.validate(value)
    this.#countDefaults(validator.defaulted)
    if (failures !== undefined) return this.#deadLetter(record, 'invalid', failures)
    this.#metrics?.sawValue(value)
    if (settings.ageClock === 'event' && this.#tooOld(this.#plan.eventTimeMs(value))) return this.#expire(record)
    this.#transform(record, value)
  }

  #transform(record: number, value: Record<string, unknown>): void {
    const context = this.#context
    const rows = this.#rows
    context.enter(value)
    const returned: unknown = this.#plan.pipeline.transform(value, this.#record, context)
    if (returned instanceof Promise) {
      // Its rows would come when the slab is another's. An unhandled rejection would end the thread.
      returned.catch(() => undefined)
      throw new TypeError('a transform is synchronous')
    }
    if (context.emitFailed) throw new TypeError('the transform caught what emit threw')
    if (context.rejected !== '') return this.#deadLetter(record, 'rejected', context.rejected)
    if (context.filteredBy >= 0) return this.#filter(record, context.filteredBy)
    if (context.keyProblem !== '') return this.#deadLetter(record, 'rejected', context.keyProblem)
    if (context.lacksKey) return this.#deadLetter(record, 'null-key', 'null-key')
    if (rows.overflowed) return
    if (context.tooLarge) return this.#deadLetter(record, 'output-too-large', 'output-too-large')
    if (rows.rowsOfRecord === 0) return this.#filter(record, NOTHING_EMITTED)
    this.#processed(record, value)
  }

  #tombstone(record: number): void {
    switch (this.#plan.settings.tombstones) {
      case 'filter':
        return this.#filter(record, TOMBSTONE)
      case 'pass':
        if (this.#plan.requireKey && this.#record.key === null) {
          return this.#deadLetter(record, 'null-key', 'null-key')
        }
        if (!this.#context.emitUntouched(this.#rows)) {
          return this.#deadLetter(record, 'output-too-large', 'output-too-large')
        }
        return this.#processed(record)
      default:
        this.#deadLetter(record, 'null-value', 'null-value')
    }
  }

  #processed(record: number, value?: Record<string, unknown>): void {
    this.#terms.note(record, value)
    this.#conclude(record, PROCESSED, 0)
  }

  #filter(record: number, rule: number): void {
    this.#rows.drop()
    if (!this.#undelivered.cleaned(this.#rows, this.#context.nowMs, this.#rules[rule])) {
      return this.#deadLetter(record, 'output-too-large', 'output-too-large')
    }
    this.#conclude(record, FILTERED, rule)
  }

  #expire(record: number): void {
    if (!this.#undelivered.cleaned(this.#rows, this.#context.nowMs, AGE_RULE)) {
      return this.#deadLetter(record, 'output-too-large', 'output-too-large')
    }
    this.#conclude(record, EXPIRED, 0)
  }

  /** The main thread has judged it, for good reason: nothing of the record is looked at. */
  #judged(record: number): void {
    const reason = reasons[this.#slab.detail[record]]
    this.#deadLetter(record, reason, reason)
  }

  #deadLetter(record: number, reason: Reason, message: string): void {
    this.#rows.drop()
    this.#undelivered.deadLetter(this.#slab, record, this.#rows, this.#context.nowMs, reason, message)
    this.#conclude(record, DEAD_LETTER, reasons.indexOf(reason))
  }

  #conclude(record: number, outcome: number, detail: number): void {
    this.#slab.outcome[record] = outcome
    this.#slab.detail[record] = detail
  }

  #tooOld(timestampMs: number): boolean {
    const limitMs = this.#plan.settings.maxRecordAgeMs
    return limitMs > 0 && timestampMs >= 0 && this.#context.nowMs - timestampMs > limitMs
  }

  #countDefaults(defaulted: number): void {
    for (let field = 0; field < defaulted; field++) this.#context.counted.push(FIELDS_DEFAULTED)
  }
}
