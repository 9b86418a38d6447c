import { PROCESSED } from '../slabs/outcomes.ts'
import type { Slab } from '../slabs/slab.ts'
import { LATENCY_CLASSES, NO_LATENCY, percentileMs } from '../summaries/histogram.ts'

/** Values of a dimension that are counted in one window; those that come later are `other`. */
const VALUES_COUNTED = 200
const VALUES_TOLD = 10

/** The most frequent values of a dimension, and how many records had another one. */
export interface TopValues {
  readonly dimension: string
  readonly top: readonly (readonly [value: string, records: number])[]
  readonly other: number
}

/** How late processed records were: their processing after their event, in milliseconds. */
export interface Lateness {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** By what the pipeline declares (`summarize`), what has settled in a stretch of time. Memory is bounded. */
export class InsightsWindow {
  readonly #dimensions: readonly string[]
  #values: Map<string, number>[] = []
  #others: Float64Array
  #latency = new Float64Array(LATENCY_CLASSES)
  /** How many records of one batch had a term of its slab. */
  #termRecords = new Uint32Array(256)

  constructor(dimensions: readonly string[]) {
    this.#dimensions = dimensions
    this.#others = new Float64Array(dimensions.length)
    this.reset()
  }

  add(slab: Slab, first: number, end: number): void {
    const { outcome, latency, dimensionTerm, shape } = slab
    if (shape.dimensions === undefined) return
    for (let record = first; record < end; record++) {
      if (outcome[record] === PROCESSED && latency[record] !== NO_LATENCY) this.#latency[latency[record]]++
    }
    for (let dimension = 0; dimension < this.#dimensions.length; dimension++) {
      const terms = this.#zeroed(slab.terms + 1)
      const at = dimension * shape.records
      for (let record = first; record < end; record++) {
        if (outcome[record] === PROCESSED) terms[dimensionTerm[at + record]]++
      }
      for (let term = 1; term <= slab.terms; term++) {
        if (terms[term] > 0) this.#count(dimension, slab.termText(term), terms[term])
      }
    }
  }

  /** The dimensions, in their declared order. */
  get topValues(): readonly TopValues[] {
    return this.#dimensions.map((dimension, index) => {
      const sorted = [...this.#values[index]].sort(([, a], [, b]) => b - a)
      const beyond = sorted.slice(VALUES_TOLD).reduce((sum, [, records]) => sum + records, this.#others[index])
      return { dimension, top: sorted.slice(0, VALUES_TOLD), other: beyond }
    })
  }

  /** Undefined if no record told when it happened. */
  get lateness(): Lateness | undefined {
    const [p50, p90, p99] = [50, 90, 99].map(percent => percentileMs(this.#latency, percent))
    return p50 === undefined ? undefined : { p50, p90: p90 as number, p99: p99 as number }
  }

  reset(): void {
    this.#values = this.#dimensions.map(() => new Map())
    this.#others.fill(0)
    this.#latency.fill(0)
  }

  #zeroed(terms: number): Uint32Array {
    if (this.#termRecords.length < terms) this.#termRecords = new Uint32Array(terms * 2)
    return this.#termRecords.fill(0, 0, terms)
  }

  #count(dimension: number, value: string, records: number): void {
    const values = this.#values[dimension]
    const counted = values.get(value)
    if (counted === undefined && values.size >= VALUES_COUNTED) this.#others[dimension] += records
    else values.set(value, (counted ?? 0) + records)
  }
}
