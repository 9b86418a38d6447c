import type { SummaryState } from '../summaries/summary-state.ts'
import { DEAD_LETTER, EXPIRED, FILTERED, PROCESSED } from '../slabs/outcomes.ts'

/** How many records had which outcome. */
export interface Tally {
  processed: number
  filtered: number
  expired: number
  deadLetter: number
}

export const emptyTally = (): Tally => ({ processed: 0, filtered: 0, expired: 0, deadLetter: 0 })

export function addTally(sum: Tally, tally: Readonly<Tally>): void {
  sum.processed += tally.processed
  sum.filtered += tally.filtered
  sum.expired += tally.expired
  sum.deadLetter += tally.deadLetter
}

/** How many records have an outcome that counts. */
export function settledOf({ processed, filtered, expired, deadLetter }: Readonly<Tally>): number {
  return processed + filtered + expired + deadLetter
}

/** Counts the outcomes of the records from `first` to before `end`; a record without one is counted nowhere. */
export function tallyOf(outcomes: Uint8Array, first: number, end: number): Tally {
  const tally = emptyTally()
  for (let record = first; record < end; record++) {
    const outcome = outcomes[record]
    if (outcome === PROCESSED) tally.processed++
    else if (outcome === FILTERED) tally.filtered++
    else if (outcome === DEAD_LETTER) tally.deadLetter++
    else if (outcome === EXPIRED) tally.expired++
  }
  return tally
}

/** A stretch of records that is in flight: a batch, as the ledger sees it. Hand it back to `settle`. */
export interface Entry {
  /** 0 for something that is to be acknowledged between the records before and behind it: a summary. */
  records: number
  /** The offset after its last record, or further on if the end of the partition has been seen behind it. */
  nextOffset: number
  settled: boolean
  /** What its partition's next summary has counted up to and with it; undefined until that is known. */
  summary?: SummaryState | undefined
}

/**
 * What has become of the records of one partition under one assignment: numbers in, numbers out.
 *
 * Only offsets that were really received are tracked, so that the gaps of compaction and transaction markers need no
 * special case. At any moment `consumed = processed + filtered + expired + deadLetter + abandoned + inFlight`.
 */
export class Ledger {
  readonly tally = emptyTally()
  consumed = 0
  /** In flight when the partition was taken away or the drain ran out of time: to be read again by its next owner. */
  abandoned = 0
  inFlight = 0
  /** Every record below this offset has settled: what may be committed. Undefined until anything is known. */
  frontier: number | undefined
  /** What the next summary has counted of the records below the frontier. */
  summary: SummaryState | undefined
  /** The first offset that was opened; undefined until one is. */
  #firstOpened: number | undefined
  readonly #entries: Entry[] = []
  #first = 0
  #highest = -1
  #abandoned = false
  /** Entries without records that have not settled. */
  #unsettledBetween = 0

  /** `frontier`: where the partition is read from, if that is known: all before it has settled. */
  constructor(frontier?: number, summary?: SummaryState) {
    this.frontier = frontier
    this.summary = summary
  }

  /** Whether anything has not settled, be it a record or something between records. */
  get busy(): boolean {
    return this.inFlight > 0 || this.#unsettledBetween > 0
  }

  /** Where to begin if everything that has not settled is to be read again; undefined if nothing has been read. */
  get restart(): number | undefined {
    return this.frontier ?? this.#firstOpened
  }

  /** The offset after the highest that has been read or skipped. */
  get readTo(): number {
    return this.#highest + 1
  }

  /** Takes in a batch. Its first offset must be above all that came before it. */
  open(firstOffset: number, nextOffset: number, records: number): Entry {
    if (firstOffset <= this.#highest || nextOffset <= firstOffset) {
      throw new RangeError(`batch ${firstOffset}..${nextOffset} after offset ${this.#highest}`)
    }
    this.#highest = nextOffset - 1
    this.#firstOpened ??= firstOffset
    this.consumed += records
    this.inFlight += records
    const entry = { records, nextOffset, settled: false }
    this.#entries.push(entry)
    return entry
  }

  /**
   * Takes in something between records: right behind `before`, or behind all that has settled where that has, too. The
   * frontier passes it when it settles. `offset`: the end of what is before it, should the ledger know of nothing there.
   */
  openBetween(before: Entry | undefined, offset: number): Entry {
    const entries = this.#entries
    const at = Math.max(before === undefined ? 0 : entries.indexOf(before) + 1, this.#first)
    const nextOffset = at > this.#first ? entries[at - 1].nextOffset : (this.frontier ?? offset)
    const entry = { records: 0, nextOffset, settled: false }
    entries.splice(at, 0, entry)
    this.#unsettledBetween++
    return entry
  }

  /** Cuts an entry in two: it keeps its first `records`, which end before `nextOffset`; the rest is returned. */
  split(entry: Entry, records: number, nextOffset: number): Entry {
    const rest = { records: entry.records - records, nextOffset: entry.nextOffset, settled: entry.settled }
    if (records < 1 || rest.records < 1) throw new RangeError(`${records} of ${entry.records} records to split off`)
    entry.records = records
    entry.nextOffset = nextOffset
    // After `abandon` the entry is in no list any more, and neither need the rest be.
    const at = this.#entries.indexOf(entry)
    if (at >= 0) this.#entries.splice(at + 1, 0, rest)
    return rest
  }

  /** All that came of the entry is acknowledged. Answers whether the frontier moved. */
  settle(entry: Entry, tally: Readonly<Tally>): boolean {
    if (entry.settled) throw new RangeError(`the batch before offset ${entry.nextOffset} settled twice`)
    entry.settled = true
    this.inFlight -= entry.records
    if (entry.records === 0) this.#unsettledBetween--
    addTally(this.tally, tally)
    return this.#advance()
  }

  /** There was nothing below `offset` but what has been opened. Answers whether the frontier moved. */
  reachedEnd(offset: number): boolean {
    if (this.#abandoned) return false
    this.#highest = Math.max(this.#highest, offset - 1)
    const last = this.#entries.at(-1)
    if (last !== undefined) {
      last.nextOffset = Math.max(last.nextOffset, offset)
      return false
    }
    if (this.frontier !== undefined && offset <= this.frontier) return false
    this.frontier = offset
    return true
  }

  /** Gives up what is in flight; nothing settles and the frontier does not move after this. */
  abandon(): void {
    this.#abandoned = true
    this.abandoned += this.inFlight
    this.inFlight = 0
    this.#unsettledBetween = 0
    for (const entry of this.#entries) entry.settled = true
    this.#entries.length = 0
    this.#first = 0
  }

  #advance(): boolean {
    const entries = this.#entries
    const first = this.#first
    while (this.#first < entries.length && entries[this.#first].settled) {
      const { nextOffset, summary } = entries[this.#first]
      this.frontier = nextOffset
      this.summary = summary ?? this.summary
      this.#first++
    }
    const moved = this.#first > first
    // Shifting an array a batch costs more than now and then dropping what is behind.
    if (this.#first === entries.length || this.#first > 64) {
      entries.splice(0, this.#first)
      this.#first = 0
    }
    return moved
  }
}
