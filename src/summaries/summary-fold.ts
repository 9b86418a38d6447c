import { DEAD_LETTER, EXPIRED, FILTERED, PROCESSED } from '../slabs/outcomes.ts'
import type { Slab } from '../slabs/slab.ts'
import { MAX_VALUES } from './dimensions.ts'
import { LATENCY_CLASSES, NO_LATENCY } from './histogram.ts'
import { SLOTS, type SummaryPlan } from './plan.ts'
import { SummaryState } from './summary-state.ts'

/** No term of the slab has a place in the state's counts yet. */
const UNKNOWN = -1

/**
 * Counts the records of a slab into a summary's state, by what the worker has noted of them and never by their content.
 * Where the state has to be cut follows from the state and the records alone, not from how these lie in batches.
 */
export class SummaryFold {
  readonly #dimensions: number
  /** By term of the slab: its place among the values of its dimension. */
  #slots = new Int8Array(256)

  constructor(plan: SummaryPlan) {
    this.#dimensions = plan.dimensions.length
  }

  /** Counts records from `first` on, and answers the one before which the state has to be cut; `end` if there is none. */
  add(state: SummaryState, slab: Slab, first: number, end: number): number {
    this.#begin(slab)
    const { outcome } = slab
    let record = first
    while (record < end && !state.isFull) {
      // A stretch of records that can't make it full is counted without a look at the whole.
      const until = Math.min(end, record + state.leftRecords)
      for (; record < until; record++) {
        if (outcome[record] === PROCESSED && !this.#addProcessed(state, slab, record)) break
        if (outcome[record] !== PROCESSED) this.#addOther(state, outcome[record])
      }
      if (record < until) break
    }
    if (record > first) this.#addPlaces(state, slab, first, record)
    return record
  }

  /** The state after these records, which are known to need no cut. */
  after(before: SummaryState, slab: Slab, first: number, end: number): SummaryState {
    const state = before.snapshot()
    if (this.add(state, slab, first, end) < end) throw new RangeError('a summary was to be cut where it was not before')
    return state
  }

  #begin(slab: Slab): void {
    const terms = slab.terms + 1
    if (this.#slots.length < terms) this.#slots = new Int8Array(terms * 2)
    this.#slots.fill(UNKNOWN, 0, terms)
  }

  #addOther(state: SummaryState, outcome: number): void {
    if (outcome === FILTERED) state.filtered++
    else if (outcome === EXPIRED) state.expired++
    else if (outcome === DEAD_LETTER) state.deadLetters++
  }

  #addPlaces(state: SummaryState, slab: Slab, first: number, end: number): void {
    for (let record = first; record < end; record++) {
      const timestampMs = slab.timestampOf(record)
      if (timestampMs < 0) continue
      if (state.fromMs < 0 || timestampMs < state.fromMs) state.fromMs = timestampMs
      if (timestampMs > state.toMs) state.toMs = timestampMs
    }
    state.next = slab.offsetOf(end - 1) + 1
  }

  #addProcessed(state: SummaryState, slab: Slab, record: number): boolean {
    if (!state.hasRoom) return false
    const { counts } = state
    const slots = this.#slots
    const { dimensionTerm, latency } = slab
    const stride = slab.shape.records
    for (let dimension = 0, at = record; dimension < this.#dimensions; dimension++, at += stride) {
      const term = dimensionTerm[at]
      if (term > 0 && slots[term] === UNKNOWN && !this.#admit(state, slab, record)) return false
    }
    let place = LATENCY_CLASSES
    for (let dimension = 0, at = record; dimension < this.#dimensions; dimension++, at += stride) {
      const term = dimensionTerm[at]
      if (term > 0) counts[place + slots[term]]++
      place += SLOTS
    }
    if (latency[record] !== NO_LATENCY) counts[latency[record]]++
    state.processed++
    return true
  }

  /** Finds places for the record's terms. Answers false where a value of it no longer fits. */
  #admit(state: SummaryState, slab: Slab, record: number): boolean {
    const fresh: [dimension: number, text: string][] = []
    const placed: [term: number, slot: number][] = []
    for (let dimension = 0; dimension < this.#dimensions; dimension++) {
      const term = slab.dimensionTerm[dimension * slab.shape.records + record]
      if (term === 0 || this.#slots[term] !== UNKNOWN) continue
      const text = slab.termText(term)
      const values = state.values[dimension]
      const known = values.indexOf(text)
      const isNew = known < 0 && values.length < MAX_VALUES
      if (isNew) fresh.push([dimension, text])
      placed.push([term, known >= 0 ? known : values.length])
    }
    if (fresh.length > 0 && !state.admit(fresh)) return false
    for (const [term, slot] of placed) this.#slots[term] = slot
    return true
  }
}
