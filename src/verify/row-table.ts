/** There are more rows than the table has room for. */
export class RowTableFullError extends Error {}

/**
 * For each record, how many rows it has and where each of them has been seen: 8 bytes a record, and 4 a row for records
 * with several.
 */
export class RowTable {
  readonly #counts: Uint32Array
  /** Of a single row its destination plus one; else where the destinations of the rows begin in `#several`. */
  readonly #places: Uint32Array
  readonly #rowsAtMost: number
  /** Destinations plus one; 0 where the row has not been seen. */
  #several = new Uint32Array(1024)
  #severalEnd = 0

  /** `rowsAtMost`: of records with several. */
  constructor(records: number, rowsAtMost: number) {
    this.#counts = new Uint32Array(records)
    this.#places = new Uint32Array(records)
    this.#rowsAtMost = rowsAtMost
  }

  /** How many rows the record has; 0 if that is not known yet. */
  countOf(record: number): number {
    return this.#counts[record]
  }

  /** The record has so many rows, and none has been seen. */
  begin(record: number, rows: number): void {
    this.#counts[record] = rows
    this.#places[record] = rows === 1 ? 0 : this.#reserve(rows)
  }

  /** Answers where the row, from 1 on, has been seen before; -1 if it has not, and then it has now. */
  see(record: number, row: number, destination: number): number {
    const isOnly = this.#counts[record] === 1
    const column = isOnly ? this.#places : this.#several
    const at = isOnly ? record : this.#places[record] + row - 1
    const before = column[at] - 1
    if (before < 0) column[at] = destination + 1
    return before
  }

  /** How many rows of the record have been seen. */
  seenOf(record: number): number {
    const rows = this.#counts[record]
    if (rows <= 1) return rows
    let seen = 0
    for (let row = 0; row < rows; row++) if (this.#several[this.#places[record] + row] !== 0) seen++
    return seen
  }

  #reserve(rows: number): number {
    const start = this.#severalEnd
    const end = start + rows
    if (end > this.#rowsAtMost) throw new RowTableFullError(`more than ${this.#rowsAtMost} rows at once`)
    if (end > this.#several.length) {
      const larger = new Uint32Array(Math.min(this.#rowsAtMost, Math.max(end, this.#several.length * 2)))
      larger.set(this.#several)
      this.#several = larger
    }
    this.#severalEnd = end
    return start
  }
}
