/** A row that came after one that stood behind it in the input. */
export interface LateRow {
  /** As numbered by whoever asks. */
  readonly input: number
  readonly output: number
  readonly offset: number
  readonly row: number
  /** Where the row stands in its output partition. */
  readonly at: number
  /** The offset of the furthest record that had come before. */
  readonly after: number
}

interface Pending {
  readonly records: number[]
  readonly examples: LateRow[]
}

/**
 * Watches that the rows which come from one input partition are in input order in each output partition.
 *
 * After a crash, records that were in flight are written again: the rows go back to an earlier offset and come a second
 * time. Rows that come again are duplicates, whatever their place, and no disorder. A row that comes *for the first time*
 * behind its successors may belong to such a repetition too, where a batch was refused and the one after it was not:
 *
 *   1. rows 5, 6 and 7 are handed over; the broker refuses 6 and takes 7
 *   2. the partition goes back to 6, so that 6 and 7 come: the log has 5, 7, 6, 7
 *
 * Whoever reads to the end has seen everything in order. So a late row is held against nobody if the furthest row that
 * had come before it comes again, before anything beyond that does: 5, 7, 6, 7, 8 is in order, 5, 7, 6, 8 is not.
 */
export class RowOrder {
  readonly #outputs: number
  readonly #furthestOffset: Float64Array
  readonly #furthestRow: Uint32Array
  readonly #pending = new Map<number, Pending>()
  readonly #pendingIn: Uint32Array
  readonly #shown: number
  readonly #isLate: (record: number) => void
  /** The first of those that are late. */
  readonly late: LateRow[] = []

  /**
   * 12 bytes for each pair of an input and an output partition. `shown`: how many late rows are remembered with their
   * places; `isLate` is called with the record of each, once that is certain.
   */
  constructor(inputs: number, outputs: number, shown: number, isLate: (record: number) => void) {
    this.#outputs = outputs
    this.#shown = shown
    this.#isLate = isLate
    this.#furthestOffset = new Float64Array(inputs * outputs).fill(-1)
    this.#furthestRow = new Uint32Array(inputs * outputs)
    this.#pendingIn = new Uint32Array(outputs)
  }

  /** `record`: a number for it if the row has not been seen before, in this output partition or any other; else -1. */
  visit(input: number, output: number, offset: number, row: number, at: number, record: number): void {
    const pair = input * this.#outputs + output
    const furthest = this.#furthestOffset[pair]
    const ahead = offset - furthest || row - this.#furthestRow[pair]
    if (ahead > 0) {
      this.#settle(pair, output)
      this.#furthestOffset[pair] = offset
      this.#furthestRow[pair] = row
    } else if (ahead === 0) this.#forgive(pair, output)
    else if (record >= 0) this.#suspect(pair, record, { input, output, offset, row, at, after: furthest })
  }

  /** Whether what comes next in an output partition may still show that a late row was part of a repetition. */
  isPending(output: number): boolean {
    return this.#pendingIn[output] > 0
  }

  /** Nothing comes any more. */
  finish(): void {
    for (const pair of this.#pending.keys()) this.#settle(pair, pair % this.#outputs)
  }

  #suspect(pair: number, record: number, late: LateRow): void {
    let pending = this.#pending.get(pair)
    if (pending === undefined) {
      this.#pending.set(pair, (pending = { records: [], examples: [] }))
      this.#pendingIn[late.output]++
    }
    pending.records.push(record)
    if (pending.examples.length < this.#shown) pending.examples.push(late)
  }

  #settle(pair: number, output: number): void {
    const pending = this.#pending.get(pair)
    if (pending === undefined) return
    for (const record of pending.records) this.#isLate(record)
    this.late.push(...pending.examples.slice(0, this.#shown - this.late.length))
    this.#forgive(pair, output)
  }

  #forgive(pair: number, output: number): void {
    if (this.#pending.delete(pair)) this.#pendingIn[output]--
  }
}
