import { DEAD_LETTER, reasons, type Reason } from '../slabs/outcomes.ts'
import type { Slab } from '../slabs/slab.ts'

/** The settings `FUSE_RATIO_PERCENT`, `FUSE_WINDOW_RECORDS` and `FUSE_CONSECUTIVE_RECORDS`. */
export interface FuseLimits {
  readonly ratioPercent: number
  readonly windowRecords: number
  readonly consecutiveRecords: number
}

/** What a fuse has blown at: `deadLetters` of `records` consecutive records. */
export interface Flood {
  readonly deadLetters: number
  readonly records: number
  /** Of the first and the last of these dead letters. */
  readonly firstOffset: number
  readonly lastOffset: number
  /** How many of them failed for which reason, the most frequent first. */
  readonly reasons: readonly (readonly [reason: Reason, records: number])[]
}

/** A flood, and where it is. */
export interface FloodOf extends Flood {
  readonly topic: string
  readonly partition: number
}

/** In words; nothing of a record but where it stood. */
export function describeFlood({ topic, partition, ...flood }: FloodOf): string {
  const { deadLetters, records, firstOffset, lastOffset } = flood
  const reasons = flood.reasons.map(([reason, count]) => `${reason} ${count}`).join(', ')
  const place = `${topic}/${partition}, offsets ${firstOffset} to ${lastOffset}`
  return `a flood of dead letters in ${place}: ${deadLetters} of ${records} records (${reasons})`
}

/** Records whose outcomes are known. */
export type JudgedRecords = Pick<Slab, 'outcome' | 'detail' | 'offsetOf'>

/** The share from which on no share is a flood. */
const NEVER_PERCENT = 100
/** Shifting an array a record costs more than now and then dropping what is behind. */
const FORGOTTEN_AT_ONCE = 1024

/**
 * Tells a flood of dead letters in one partition from a few bad records: too large a share of the last records, or too
 * many of them in a row. It is given the outcomes in input order. What it keeps grows with the dead letters in its
 * window, not with the window. Pure: it knows no clock and stops nothing by itself.
 */
export class Fuse {
  readonly #limits: FuseLimits
  #records = 0
  readonly #window = new LetterWindow()
  readonly #run = new LetterRun()

  constructor(limits: FuseLimits) {
    this.#limits = limits
  }

  /** Takes in the records from `first` to before `end`. Answers the flood at the first of them that makes it one. */
  add(records: JudgedRecords, first: number, end: number): Flood | undefined {
    for (let record = first; record < end; record++) {
      this.#records++
      if (records.outcome[record] === DEAD_LETTER) this.#count(records.offsetOf(record), records.detail[record])
      else this.#run.end()
      const flood = this.#judge()
      if (flood !== undefined) return flood
    }
    return undefined
  }

  #count(offset: number, reason: number): void {
    this.#run.add(offset, reason)
    if (this.#limits.ratioPercent < NEVER_PERCENT) this.#window.add(this.#records, offset, reason)
  }

  #judge(): Flood | undefined {
    const { ratioPercent, windowRecords, consecutiveRecords } = this.#limits
    if (this.#run.letters >= consecutiveRecords) return this.#run.flood()
    if (this.#records < windowRecords || this.#window.letters === 0) return undefined
    this.#window.forgetUpTo(this.#records - windowRecords)
    if (this.#window.letters * 100 <= ratioPercent * windowRecords) return undefined
    return this.#window.flood(windowRecords)
  }
}

/** The dead letters among the last records. */
class LetterWindow {
  /** Of each dead letter: which record it is, counted from 1, its offset and the index of its reason. */
  readonly #numbers: number[] = []
  readonly #offsets: number[] = []
  readonly #reasons: number[] = []
  #first = 0

  get letters(): number {
    return this.#numbers.length - this.#first
  }

  add(number: number, offset: number, reason: number): void {
    this.#numbers.push(number)
    this.#offsets.push(offset)
    this.#reasons.push(reason)
  }

  forgetUpTo(number: number): void {
    while (this.#first < this.#numbers.length && this.#numbers[this.#first] <= number) this.#first++
    if (this.#first < FORGOTTEN_AT_ONCE) return
    for (const column of [this.#numbers, this.#offsets, this.#reasons]) column.splice(0, this.#first)
    this.#first = 0
  }

  flood(records: number): Flood {
    const counts = new Float64Array(reasons.length)
    for (const reason of this.#reasons.slice(this.#first)) counts[reason]++
    const [firstOffset, lastOffset] = [this.#offsets[this.#first], this.#offsets[this.#offsets.length - 1]]
    return { deadLetters: this.letters, records, firstOffset, lastOffset, reasons: ranked(counts) }
  }
}

/** The dead letters since the last record that was none. */
class LetterRun {
  letters = 0
  #firstOffset = 0
  #lastOffset = 0
  readonly #counts = new Float64Array(reasons.length)

  add(offset: number, reason: number): void {
    if (this.letters === 0) this.#firstOffset = offset
    this.letters++
    this.#lastOffset = offset
    this.#counts[reason]++
  }

  end(): void {
    if (this.letters === 0) return
    this.letters = 0
    this.#counts.fill(0)
  }

  flood(): Flood {
    const [firstOffset, lastOffset] = [this.#firstOffset, this.#lastOffset]
    return { deadLetters: this.letters, records: this.letters, firstOffset, lastOffset, reasons: ranked(this.#counts) }
  }
}

function ranked(counts: Float64Array): Flood['reasons'] {
  const found = reasons.map((reason, index) => [reason, counts[index]] as const).filter(([, count]) => count > 0)
  return found.sort(([, a], [, b]) => b - a)
}
