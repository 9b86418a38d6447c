import type { OffsetRange } from '../kafka/range-reader.ts'
import { EXPIRED } from '../slabs/outcomes.ts'
import { RowTable } from './row-table.ts'

/** A row of an output topic, by what it says of its record. */
export interface SeenRow {
  /** From 1 to `rows`. */
  readonly row: number
  readonly rows: number
  /** Where it stands: a number for each output partition. */
  readonly destination: number
  /** As numbered in `slabs/outcomes.ts`. */
  readonly outcome: number
}

/** What is known of one record. */
export interface RecordState {
  /** It is in the input. */
  exists: boolean
  /** A bit for each outcome that its rows, or the pipeline itself, say it had: `1 << (outcome - 1)`. */
  outcomes: number
  /** How many rows it has, as these say; 0 where there is none. */
  rows: number
  /** How many of them there are. */
  seen: number
  repeated: boolean
  /** What came again is not what was there: another number of rows, or another place. */
  differs: boolean
  /** One of its rows is out of order. */
  late: boolean
  /** That nothing of it is there means nothing, as it may have been deleted. */
  unsure: boolean
}

const OUTCOMES = 0b1111
const EXISTS = 1 << 4
const REPEATED = 1 << 5
const DIFFERS = 1 << 6
/** Of a record with rows it means that one is late, of one without that this is unsure. */
const LATE_OR_UNSURE = 1 << 7
const EXPIRED_BIT = 1 << (EXPIRED - 1)

/** What became of each record of some ranges: 9 bytes an offset, whether a record stands there or not, and its rows. */
export class RecordLedger {
  readonly #ranges: readonly OffsetRange[]
  /** Of the first offset of each range. */
  readonly #firstIndex: number[] = []
  readonly #marks: Uint8Array
  readonly #rows: RowTable

  /** `rowsAtMost`: of records with several rows. */
  constructor(ranges: readonly OffsetRange[], rowsAtMost: number) {
    let size = 0
    for (const { from, to } of ranges) {
      this.#firstIndex.push(size)
      size += to - from
    }
    this.#ranges = ranges
    this.#marks = new Uint8Array(size)
    this.#rows = new RowTable(size, rowsAtMost)
  }

  /** -1 outside of the ranges. */
  indexOf(range: number, offset: number): number {
    const { from, to } = this.#ranges[range]
    return offset >= from && offset < to ? this.#firstIndex[range] + offset - from : -1
  }

  /** Answers whether the row is seen for the first time. Throws RowTableFullError. */
  addRow(index: number, { row, rows, destination, outcome }: SeenRow): boolean {
    const bit = 1 << (outcome - 1)
    const before = this.#marks[index] & OUTCOMES
    this.#marks[index] |= bit
    if (before === 0) this.#rows.begin(index, rows)
    else if (before !== bit && bit === EXPIRED_BIT) return this.#repeat(index, 0)
    else if (before === EXPIRED_BIT && bit !== EXPIRED_BIT) {
      // That it was too old once is one thing; what its rows are held to is the other.
      this.#repeat(index, 0)
      this.#marks[index] &= ~DIFFERS
      this.#rows.begin(index, rows)
    } else if (rows !== this.#rows.countOf(index)) this.#marks[index] |= DIFFERS
    if (row > this.#rows.countOf(index)) return this.#repeat(index, DIFFERS)
    const seenIn = this.#rows.see(index, row, destination)
    return seenIn < 0 || this.#repeat(index, seenIn === destination ? 0 : DIFFERS)
  }

  /** The record is in the input. Answers whether any row of it has been seen. */
  addRecord(index: number): boolean {
    this.#marks[index] |= EXISTS
    return this.#rows.countOf(index) > 0
  }

  /** A record without rows is to have none: it had this outcome, of which nothing is written. */
  decide(index: number, outcome: number): void {
    this.#marks[index] |= 1 << (outcome - 1)
  }

  /** A record without rows may have had some that were deleted. */
  doubt(index: number): void {
    this.#marks[index] |= LATE_OR_UNSURE
  }

  /** A row of the record is out of order. */
  addLate(index: number): void {
    this.#marks[index] |= LATE_OR_UNSURE
  }

  /** Tells of every record that is in the input or has rows, in the order of their offsets. One object for all. */
  forEach(visit: (range: number, offset: number, state: Readonly<RecordState>) => void): void {
    const state = emptyState()
    this.#ranges.forEach(({ from, to }, range) => {
      for (let offset = from; offset < to; offset++) {
        const index = this.#firstIndex[range] + offset - from
        if (this.#marks[index] !== 0) visit(range, offset, this.stateOf(index, state))
      }
    })
  }

  /** Fills in `state`, and answers it. */
  stateOf(index: number, state: RecordState = emptyState()): Readonly<RecordState> {
    const marks = this.#marks[index]
    state.exists = (marks & EXISTS) !== 0
    state.outcomes = marks & OUTCOMES
    state.rows = this.#rows.countOf(index)
    state.seen = this.#rows.seenOf(index)
    state.repeated = (marks & REPEATED) !== 0
    state.differs = (marks & DIFFERS) !== 0
    state.late = state.rows > 0 && (marks & LATE_OR_UNSURE) !== 0
    state.unsure = state.rows === 0 && (marks & LATE_OR_UNSURE) !== 0
    return state
  }

  #repeat(index: number, mark: number): false {
    this.#marks[index] |= REPEATED | mark
    return false
  }
}

function emptyState(): RecordState {
  return {
    exists: false,
    outcomes: 0,
    rows: 0,
    seen: 0,
    repeated: false,
    differs: false,
    late: false,
    unsure: false
  }
}
