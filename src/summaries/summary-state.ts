import { MAX_VALUES } from './dimensions.ts'
import { latencyText, readLatencyText } from './histogram.ts'
import { MAX_RECORDS, type SummaryPlan } from './plan.ts'

/** What stands in the state's text for a dimension: its values in the order in which they came, their counts, and `other`. */
type DimensionFields = readonly [values: readonly string[], counts: readonly number[], other: number]

/** The state as it is kept beside the offset `at`. */
export interface SummaryFields {
  readonly at: number
  readonly first: number
  readonly next: number
  readonly records: readonly [processed: number, filtered: number, expired: number, deadLetters: number]
  readonly times: readonly [fromMs: number, toMs: number]
  readonly latency: string
  readonly dimensions: Readonly<Record<string, DimensionFields>>
}

/**
 * What a partition's next summary has counted so far: the records from `first` to before `next`. Whoever counts changes
 * it; what is kept beside an offset is a `snapshot`.
 */
export class SummaryState {
  readonly plan: SummaryPlan
  /** The offset that the summary before it ended with. */
  readonly first: number
  /** The offset after the last record that is in it. */
  next: number
  processed = 0
  filtered = 0
  expired = 0
  deadLetters = 0
  /** The earliest and the latest timestamp that Kafka has of its records; -1 for none. */
  fromMs = -1
  toMs = -1
  /** By dimension, at most `MAX_VALUES`, in the order in which they came. The lists are never changed, but replaced. */
  readonly values: (readonly string[])[]
  /** See `SummaryPlan.countsAt`. */
  readonly counts: Uint32Array
  /** Bytes of all values as JSON. */
  #valueBytes: number
  /** So many processed records fit surely with these values. */
  #mostProcessed: number

  constructor(plan: SummaryPlan, first: number, source?: SummaryState) {
    this.plan = plan
    this.first = first
    this.next = source?.next ?? first
    this.values = source?.values.slice() ?? plan.dimensions.map(() => [])
    this.counts = source?.counts.slice() ?? new Uint32Array(plan.counts)
    this.#valueBytes = source === undefined ? 0 : source.#valueBytes
    this.#mostProcessed = source === undefined ? plan.mostProcessed(0, 0) : source.#mostProcessed
  }

  get records(): number {
    return this.processed + this.filtered + this.expired + this.deadLetters
  }

  /** To be cut before anything is added. */
  get isFull(): boolean {
    return this.processed >= this.plan.everyRecords || this.records >= MAX_RECORDS
  }

  /** With so many records more it may be full, and not before. */
  get leftRecords(): number {
    return Math.min(this.plan.everyRecords - this.processed, MAX_RECORDS - this.records)
  }

  /** Whether one more processed record fits that brings no new value. */
  get hasRoom(): boolean {
    return this.processed < this.#mostProcessed
  }

  snapshot(): SummaryState {
    const { processed, filtered, expired, deadLetters, fromMs, toMs } = this
    const copy = new SummaryState(this.plan, this.first, this)
    return Object.assign(copy, { processed, filtered, expired, deadLetters, fromMs, toMs })
  }

  /**
   * Takes in the values that a processed record brings, a pair of dimension and text each. Answers false, and takes none,
   * if the record no longer fits.
   */
  admit(fresh: readonly (readonly [dimension: number, text: string])[]): boolean {
    const bytes = fresh.reduce((sum, [, text]) => sum + Buffer.byteLength(JSON.stringify(text)), this.#valueBytes)
    const values = this.values.reduce((sum, list) => sum + list.length, fresh.length)
    const most = this.plan.mostProcessed(values, bytes)
    if (this.processed >= most) return false
    for (const [dimension, text] of fresh) this.values[dimension] = [...this.values[dimension], text]
    this.#valueBytes = bytes
    this.#mostProcessed = most
    return true
  }

  /** As it is to be kept beside an offset; undefined where nothing has to be. */
  fields(at: number): SummaryFields | undefined {
    if (this.records === 0 && this.first === at) return undefined
    const { first, next, processed, filtered, expired, deadLetters, fromMs, toMs, plan } = this
    return {
      at,
      first,
      next,
      records: [processed, filtered, expired, deadLetters],
      times: [fromMs, toMs],
      latency: latencyText(this.counts),
      dimensions: Object.fromEntries(
        plan.dimensions.map((name, dimension) => [name, this.#fieldsOf(dimension)] as const).filter(isCounted)
      )
    }
  }

  #fieldsOf(dimension: number): DimensionFields {
    const at = this.plan.countsAt(dimension)
    const values = this.values[dimension]
    return [values, [...this.counts.subarray(at, at + values.length)], this.counts[at + MAX_VALUES]]
  }

  /**
   * Reads what was kept beside the offset `at`. Undefined where it can't be, or belongs to another offset. Dimensions that
   * the pipeline no longer has are left out.
   */
  static read(plan: SummaryPlan, fields: unknown, at: number): SummaryState | undefined {
    if (!isSummaryFields(fields) || fields.at !== at || fields.next > at || fields.first > fields.next) return undefined
    const state = new SummaryState(plan, fields.first)
    const [processed, filtered, expired, deadLetters] = fields.records
    const [fromMs, toMs] = fields.times
    Object.assign(state, { next: fields.next, processed, filtered, expired, deadLetters, fromMs, toMs })
    if (!readLatencyText(fields.latency, state.counts)) return undefined
    const fresh = plan.dimensions.flatMap((name, dimension) => state.#read(dimension, fields.dimensions[name]))
    if (!state.admit(fresh)) state.#keep(fresh)
    return state
  }

  #read(dimension: number, stored: DimensionFields | undefined): (readonly [number, string])[] {
    if (stored === undefined) return []
    const [values, counts, other] = stored
    const at = this.plan.countsAt(dimension)
    for (const [slot, count] of counts.entries()) this.counts[at + slot] = count
    this.counts[at + MAX_VALUES] = other
    return values.map(text => [dimension, text] as const)
  }

  /** It was written under a setting that allowed more; nothing can be added any more. */
  #keep(fresh: readonly (readonly [dimension: number, text: string])[]): void {
    for (const [dimension, text] of fresh) this.values[dimension] = [...this.values[dimension], text]
    this.#mostProcessed = 0
  }
}

/** One that holds nothing is left out, so that a declaration with more of them finds room for what was kept before. */
function isCounted([, [values, , other]]: readonly [string, DimensionFields]): boolean {
  return values.length > 0 || other > 0
}

function isSummaryFields(value: unknown): value is SummaryFields {
  if (typeof value !== 'object' || value === null) return false
  const { at, first, next, records, times, latency, dimensions } = value as Partial<
    Record<keyof SummaryFields, unknown>
  >
  return (
    [at, first, next].every(isCount) &&
    isListOf(records, 4, isCount) &&
    isListOf(times, 2, Number.isSafeInteger) &&
    typeof latency === 'string' &&
    typeof dimensions === 'object' &&
    dimensions !== null &&
    Object.values(dimensions).every(isDimensionFields)
  )
}

function isDimensionFields(value: unknown): value is DimensionFields {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [values, counts, other] = value as unknown[]
  if (!Array.isArray(values) || values.length > MAX_VALUES || !isCount(other)) return false
  return values.every(text => typeof text === 'string') && isListOf(counts, values.length, isCount)
}

function isListOf(value: unknown, length: number, isGood: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length === length && value.every(item => isGood(item))
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
