import type { RowWriter } from '../src/slabs/rows.ts'
import type { Slab } from '../src/slabs/slab.ts'
import { type Dimension, dimensionsOf, rawTermOf, shownTerm } from '../src/summaries/dimensions.ts'
import { latencyClass, NO_LATENCY } from '../src/summaries/histogram.ts'
import { Header } from '../src/slabs/layout.ts'
import type { WorkerPlan } from './plan.ts'

type Value = Readonly<Record<string, unknown>>

/**
 * Notes for each processed record what summaries and insights count it by: a small number for each dimension, whose text
 * stands in the output arena once a run, and the class of its latency. So the main thread counts without a look at any
 * record.
 */
export class DimensionTerms {
  readonly #dimensions: readonly Dimension[]
  readonly #eventTimeMs: WorkerPlan['eventTimeMs']
  /** By dimension: the terms that this run has written. */
  readonly #known: readonly Map<string, number>[]
  #slab!: Slab
  #rows!: RowWriter
  #nowMs = 0
  #terms = 0
  #isOn = false

  constructor({ pipeline, eventTimeMs }: Pick<WorkerPlan, 'pipeline' | 'eventTimeMs'>) {
    this.#dimensions = dimensionsOf(pipeline)
    this.#eventTimeMs = eventTimeMs
    this.#known = this.#dimensions.map(() => new Map())
  }

  /** Terms of an earlier run of this slab, perhaps by another thread, stay; this one adds its own behind them. */
  enterTask(slab: Slab, rows: RowWriter, nowMs: number): void {
    this.#isOn = slab.shape.dimensions !== undefined
    if (!this.#isOn) return
    this.#slab = slab
    this.#rows = rows
    this.#nowMs = nowMs
    this.#terms = slab.terms
    for (const known of this.#known) known.clear()
  }

  /** The record is processed, unless its terms do not fit: then the rows say so. `value` is undefined for a tombstone. */
  note(record: number, value: Value | undefined): void {
    if (!this.#isOn) return
    const { dimensionTerm, latency, shape } = this.#slab
    const dimensions = this.#dimensions
    latency[record] = value === undefined ? NO_LATENCY : this.#latencyOf(value)
    for (let dimension = 0, at = record; dimension < dimensions.length; dimension++, at += shape.records) {
      const term = value === undefined ? undefined : rawTermOf(dimensions[dimension], value)
      dimensionTerm[at] = term === undefined ? 0 : this.#numberOf(dimension, term)
    }
  }

  /** The record's rows are kept, and so are its terms. */
  keep(): void {
    if (this.#isOn) this.#slab.header[Header.TERMS] = this.#terms
  }

  #numberOf(dimension: number, term: string): number {
    const known = this.#known[dimension].get(term)
    if (known !== undefined) return known
    const place = this.#rows.writeTerm(shownTerm(this.#dimensions[dimension], term))
    if (place < 0) return 0
    this.#slab.termPlace[this.#terms] = place
    this.#known[dimension].set(term, ++this.#terms)
    return this.#terms
  }

  #latencyOf(value: Value): number {
    try {
      const eventMs = this.#eventTimeMs(value)
      return eventMs >= 0 ? latencyClass(this.#nowMs - eventMs) : NO_LATENCY
    } catch {
      // A record that has its outcome keeps it.
      return NO_LATENCY
    }
  }
}
