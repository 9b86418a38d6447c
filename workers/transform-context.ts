import { SCHEMA_ID_HEADER } from '../src/avro/wire-format.ts'
import type { OptionTable, Settings } from '../src/config/option.ts'
import { pipelineOptions } from '../src/config/options.ts'
import type { EmitChanges, Header, TransformContext } from '../src/pipeline.ts'
import { countersOf, engineCounters, rulesOf } from '../src/slabs/outcomes.ts'
import type { RowWriter } from '../src/slabs/rows.ts'
import type { OutputCodec } from './codecs/codec.ts'
import type { CurrentRecord } from './current-record.ts'
import { eventIdHeader } from './event-id.ts'
import type { KeyProblem, OutputKey } from './output-key.ts'
import { acceptedMs, acceptedTimestamp, timestampHeaders } from './timestamps.ts'
import type { WorkerPlan } from './plan.ts'

/**
 * The context that a transform is called with. It writes rows as they are emitted and remembers what else the
 * transform said; the record loop asks it afterwards. One object for all records of a worker.
 */
export class Context implements TransformContext<Settings<OptionTable>> {
  readonly options: Settings<OptionTable>
  nowMs = 0
  /** The rule of `filter`, as an index; -1 if it was not called. */
  filteredBy = -1
  /** What `deadLetter` was called with, as `field:reason`; empty if it was not. */
  rejected = ''
  /** An emitted row is larger than `MAX_OUTPUT_BYTES`. */
  tooLarge = false
  /** An emitted row can't have the key that `OUTPUT_KEY` asks for: `field:reason`; empty if none. */
  keyProblem = ''
  /** An emitted row has no key, and the plan asks for one. */
  lacksKey = false
  /** An `emit` threw: its row is not whole, and the transform may have caught what it threw. */
  emitFailed = false
  readonly #plan: WorkerPlan
  readonly #record: CurrentRecord
  readonly #rules: ReadonlyMap<string, number>
  readonly #counterSlots: ReadonlyMap<string, number>
  readonly #outputs: ReadonlyMap<string, number>
  readonly #codecs: readonly OutputCodec[]
  /** Counted for this record; added to the slab only when the record has its outcome, as it may have to run again. */
  readonly counted: number[] = []
  /** Undefined between tasks: what a transform has left running must not write into a slab that is another's. */
  #rows: RowWriter | undefined
  #value!: Readonly<Record<string, unknown>>
  #nowIso: string | undefined

  constructor(plan: WorkerPlan, record: CurrentRecord) {
    this.options = pipelineOptions(plan.settings, plan.pipeline)
    this.#plan = plan
    this.#record = record
    this.#rules = indexed(rulesOf(plan.pipeline))
    this.#counterSlots = indexed(countersOf(plan.pipeline))
    this.#outputs = indexed(plan.outputs.names)
    this.#codecs = plan.outputCodecs
  }

  get nowIso(): string {
    return (this.#nowIso ??= new Date(this.nowMs).toISOString())
  }

  enterTask(rows: RowWriter, nowMs: number): void {
    this.#rows = rows
    this.nowMs = nowMs
    this.#nowIso = undefined
  }

  leaveTask(): void {
    this.#rows = undefined
  }

  enter(value: Readonly<Record<string, unknown>>): void {
    this.#value = value
    this.filteredBy = -1
    this.rejected = ''
    this.tooLarge = false
    this.emitFailed = false
    this.keyProblem = ''
    this.lacksKey = false
  }

  /** Of the record before. */
  forgetCounts(): void {
    // Setting the length of an array is a call out of compiled code, even where it is 0 already.
    if (this.counted.length > 0) this.counted.length = 0
  }

  emit(output: string, value: object, changes?: EmitChanges): void {
    const index = this.#outputs.get(output)
    if (index === undefined) throw new Error('the transform emitted to an output that the pipeline does not declare')
    const rows = this.#rows
    if (rows === undefined) throw new Error('the transform emitted after it had returned')
    const failedBefore = this.emitFailed
    this.emitFailed = true
    const wantedMs = changes?.timestampMs ?? this.#timestamp()
    rows.open(index, acceptedMs(wantedMs, this.nowMs))
    this.#codecs[index].write(rows, value, this.#value)
    this.#setKey(rows, index, value, changes?.key)
    const appended = this.#appended(rows, changes?.headers, timestampHeaders(wantedMs, this.nowMs))
    this.#setHeaders(rows, appended)
    if (!rows.overflowed && rows.rowBytes > this.#plan.maxOutputBytes) this.tooLarge = true
    this.emitFailed = failedBefore
  }

  /**
   * Passes the record on to the first output as it is: what `TOMBSTONES=pass` does. Answers false if the row would be
   * larger than an output may be.
   */
  emitUntouched(rows: RowWriter): boolean {
    const time = acceptedTimestamp(
      this.#plan.outputTimestamp === 'now' ? this.nowMs : this.#record.timestampMs,
      this.nowMs
    )
    rows.open(0, time.timestampMs)
    const appended = this.#appended(rows, undefined, time.headers)
    rows.setHeaders(this.#plan.passHeaders, appended, this.#source())
    return rows.overflowed || rows.rowBytes <= this.#plan.maxOutputBytes
  }

  filter(rule: string): void {
    const index = this.#rules.get(rule)
    if (index === undefined) throw new Error('the transform filtered by a rule that the pipeline does not declare')
    this.filteredBy = index
  }

  deadLetter(field: string, reason: string): void {
    this.rejected += `${this.rejected === '' ? '' : ', '}${field}:${reason}`
  }

  count(counter: string): void {
    const slot = this.#counterSlots.get(counter)
    if (slot === undefined || slot < engineCounters.length) {
      throw new Error('the transform counted under a name that the pipeline does not declare')
    }
    this.counted.push(slot)
  }

  /** What `OUTPUT_KEY` says goes before what the transform asks for: it is set by whoever runs the pipeline. */
  #setKey(rows: RowWriter, output: number, value: object, asked: EmitChanges['key']): void {
    const { outputKeys, requireKey } = this.#plan
    const key =
      outputKeys[output] === undefined ? asked : outputKeys[output](value as Readonly<Record<string, unknown>>)
    if (isKeyProblem(key)) {
      this.keyProblem ||= key.problem
      return
    }
    if (key !== undefined) rows.setKey(key)
    if (requireKey && (key === undefined ? this.#record.key : key) === null) this.lacksKey = true
  }

  #appended(rows: RowWriter, own: readonly Header[] = NO_HEADERS, further: readonly Header[]): readonly Header[] {
    const { eventIds, settings } = this.#plan
    if (!eventIds) return further.length === 0 ? own : [...own, ...further]
    return [...own, eventIdHeader(this.#record, settings.groupId, rows.rowsOfRecord), ...further]
  }

  /** The schema that the record was written with is not the row's. */
  #setHeaders(rows: RowWriter, appended: readonly Header[]): void {
    const { passHeaders, ownSchemas } = this.#plan
    if (!passHeaders || !ownSchemas || !this.#record.hasHeader(SCHEMA_ID_HEADER)) {
      return rows.setHeaders(passHeaders, appended, this.#source())
    }
    const passed = this.#record.headers.filter(({ name }) => name !== SCHEMA_ID_HEADER)
    rows.setHeaders(false, [...passed, ...appended], this.#source())
  }

  #source(): string {
    return this.#plan.provenance ? this.#record.source : ''
  }

  #timestamp(): number {
    switch (this.#plan.outputTimestamp) {
      case 'input':
        return this.#record.timestampMs
      case 'event':
        return this.#plan.eventTimeMs(this.#value)
      default:
        return this.nowMs
    }
  }
}

const NO_HEADERS = [] as const

function isKeyProblem(key: ReturnType<OutputKey> | EmitChanges['key']): key is KeyProblem {
  return typeof key === 'object' && key !== null && 'problem' in key
}

function indexed(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]))
}
