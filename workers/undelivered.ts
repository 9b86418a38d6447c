import { createMask } from '../src/dead-letters/encryption/create-mask.ts'
import type { Mask, MaskedValue } from '../src/dead-letters/encryption/mask.ts'
import { createErrorHeaders } from '../src/dead-letters/error-headers.ts'
import { OMITTED_BYTES_HEADER, RULE_HEADER, textHeader } from '../src/dead-letters/headers.ts'
import type { WriteErrorHeaders } from '../src/dead-letters/header-styles/style.ts'
import type { Header } from '../src/pipeline.ts'
import { headersSize } from '../src/slabs/headers.ts'
import { HAS_VERDICT, VALUE_IS_NULL, VALUE_IS_OMITTED } from '../src/slabs/layout.ts'
import type { Reason } from '../src/slabs/outcomes.ts'
import type { RowWriter } from '../src/slabs/rows.ts'
import type { Slab } from '../src/slabs/slab.ts'
import { sourceHeaderSize } from '../src/slabs/source-header.ts'
import type { CurrentRecord } from './current-record.ts'
import type { WorkerPlan } from './plan.ts'
import { acceptedTimestamp } from './timestamps.ts'

/** Room for the header that a dead letter by reference adds to what was measured. */
const REFERENCE_HEADER_BYTES = 64
/** A pipeline's own reasons are cut there, so that the headers of a dead letter always fit a large slab. */
const MAX_MESSAGE_LENGTH = 4096

/**
 * Writes the rows of records that do not reach the pipeline's outputs: dead letters and cleaned records. Key, value,
 * headers and timestamp are the input's own, byte for byte; headers that say why follow.
 */
export class UndeliveredRows {
  readonly #plan: WorkerPlan
  readonly #record: CurrentRecord
  readonly #headersOf: WriteErrorHeaders
  /** Undefined where dead letters carry values as they are. */
  readonly #mask: Mask | undefined
  readonly #ruleHeaders = new Map<string, readonly Header[]>()

  constructor(plan: WorkerPlan, record: CurrentRecord) {
    const { groupId, clientId, dlqHeaders } = plan.settings
    this.#plan = plan
    this.#record = record
    this.#headersOf = createErrorHeaders(dlqHeaders, { groupId, clientId, pipeline: plan.pipeline.name })
    this.#mask = createMask(plan.pipeline, plan.settings)
  }

  /**
   * One too large for the output topic goes by reference: without its value, which the headers tell where to find; and
   * without its own headers or its key where these alone are too large.
   */
  deadLetter(slab: Slab, record: number, rows: RowWriter, nowMs: number, reason: Reason, message: string): void {
    const time = acceptedTimestamp(this.#record.timestampMs, nowMs)
    const why = [...this.#headersOf(this.#record, reason, message.slice(0, MAX_MESSAGE_LENGTH)), ...time.headers]
    const keyBytes = slab.keyEnd[record] - slab.keyStart[record]
    const headerBytes = slab.headersEnd[record] - slab.valueEnd[record]
    const source = this.#source()
    const sourceBytes = source === '' ? 0 : sourceHeaderSize(source, 1)
    const room = this.#plan.maxOutputBytes - headersSize(why) - sourceBytes - REFERENCE_HEADER_BYTES

    rows.open(this.#plan.outputs.deadLetter, time.timestampMs)
    why.push(...this.#setValue(slab, record, rows, room - keyBytes - headerBytes))
    if (keyBytes > room) rows.setKey(null)
    rows.setHeaders(keyBytes + headerBytes <= room, why, source)
  }

  /** Answers the headers that say what has become of the value. */
  #setValue(slab: Slab, record: number, rows: RowWriter, room: number): readonly Header[] {
    const flags = slab.flags[record]
    const valueBytes = slab.valueEnd[record] - slab.keyEnd[record]
    if (flags & VALUE_IS_OMITTED) return this.#omit(rows, slab.omittedBytes[record])
    if (this.#mask === undefined || flags & VALUE_IS_NULL) {
      return valueBytes <= room ? [] : this.#omit(rows, valueBytes)
    }
    const masked = this.#masked(this.#mask, slab, record, room)
    if (masked === undefined) return this.#omit(rows, valueBytes)
    rows.setValueBytes(masked.value)
    return masked.headers
  }

  #omit(rows: RowWriter, omittedBytes: number): readonly Header[] {
    rows.setNullValue()
    return [textHeader(OMITTED_BYTES_HEADER, String(omittedBytes))]
  }

  /** By fields if that can be, else whole, which takes less room; undefined if neither fits. */
  #masked(mask: Mask, slab: Slab, record: number, room: number): MaskedValue | undefined {
    const { bytes, keyEnd, valueEnd, flags } = slab
    const [start, end] = [keyEnd[record], valueEnd[record]]
    if (end - start > room) return undefined
    const fits = ({ value, headers }: MaskedValue) => value.length + headersSize(headers) <= room
    // The main thread has judged it, as it kills or hangs who looks at it: nothing of it is looked at.
    const isJudged = (flags[record] & HAS_VERDICT) !== 0
    const byFields = isJudged ? undefined : mask.fields(bytes, start, end, this.#record.source)
    if (byFields !== undefined && fits(byFields)) return byFields
    const whole = mask.whole(bytes, start, end, this.#record.source)
    return fits(whole) ? whole : undefined
  }

  /** Answers false if the row would be larger than an output may be. */
  cleaned(rows: RowWriter, nowMs: number, rule: string): boolean {
    const { cleaned } = this.#plan.outputs
    if (cleaned < 0) return true
    const time = acceptedTimestamp(this.#record.timestampMs, nowMs)
    rows.open(cleaned, time.timestampMs)
    const headers = this.#ruleHeader(rule)
    rows.setHeaders(true, time.headers.length === 0 ? headers : [...headers, ...time.headers], this.#source())
    return rows.overflowed || rows.rowBytes <= this.#plan.maxOutputBytes
  }

  #source(): string {
    return this.#plan.provenance ? this.#record.source : ''
  }

  #ruleHeader(rule: string): readonly Header[] {
    let headers = this.#ruleHeaders.get(rule)
    if (headers === undefined) this.#ruleHeaders.set(rule, (headers = [textHeader(RULE_HEADER, rule)]))
    return headers
  }
}
