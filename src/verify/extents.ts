/**
 * Where in each output partition the rows of a window lie, so that only the first window needs all of them to be read:
 * 16 bytes for each cell and output partition.
 */
export class Extents {
  readonly #columns: number
  /** The first offset at which a row of this cell or a later one stands. */
  readonly #first: Float64Array
  /** The last offset at which a row of this cell stands. */
  readonly #last: Float64Array
  /** The furthest cell so far, by output partition. */
  readonly #furthest: Int32Array

  constructor(cells: number, outputs: number) {
    // One more for rows of records behind the ranges: they tell what has come too late.
    this.#columns = cells + 1
    this.#first = new Float64Array(this.#columns * outputs).fill(-1)
    this.#last = new Float64Array(this.#columns * outputs).fill(-1)
    this.#furthest = new Int32Array(outputs).fill(-1)
  }

  add(output: number, cell: number, at: number): void {
    if (cell < 0) return
    const start = output * this.#columns
    this.#last[start + cell] = at
    if (cell <= this.#furthest[output]) return
    this.#first.fill(at, start + this.#furthest[output] + 1, start + cell + 1)
    this.#furthest[output] = cell
  }

  /**
   * What is to be read of an output partition for the cells from `first` to before `end`: from the first row that is
   * not before them, as that may have come too early, to their last one. Undefined if it has no row of them.
   */
  of(output: number, first: number, end: number): { readonly from: number; readonly to: number } | undefined {
    const start = output * this.#columns
    let last = -1
    for (let cell = first; cell < end; cell++) last = Math.max(last, this.#last[start + cell])
    return last < 0 ? undefined : { from: this.#first[start + first], to: last + 1 }
  }
}
