import type { DeliveryReport, ProduceFailure } from '../ports.ts'

interface Batch {
  rows: number
  /** When the first row of those under way was handed over. */
  readonly sinceMs: number
}

/** How many rows of each batch are under way, in the order in which batches were handed over. */
export class RowsUnderWay {
  readonly #batches = new Map<number, Batch>()
  #outstanding = 0

  get outstanding(): number {
    return this.#outstanding
  }

  add(batch: number, rows: number, nowMs: number): void {
    if (rows === 0) return
    const known = this.#batches.get(batch)
    if (known === undefined) this.#batches.set(batch, { rows, sinceMs: nowMs })
    else known.rows += rows
    this.#outstanding += rows
  }

  /** @throws RangeError if the client tells of more rows than it was given. */
  take(batch: number, rows: number): void {
    const known = this.#batches.get(batch)
    if (known === undefined || known.rows < rows) {
      throw new RangeError(`${rows} rows of batch ${batch} are reported, and ${known?.rows ?? 0} are under way`)
    }
    known.rows -= rows
    this.#outstanding -= rows
    if (known.rows === 0) this.#batches.delete(batch)
  }

  /** When the oldest row under way was handed over, or one before it of its batch; undefined if there is none. */
  oldestMs(): number | undefined {
    return this.#batches.values().next().value?.sinceMs
  }

  /** Nothing more will be heard of any row. Calls `tell` for each batch under way. */
  abandon(error: ProduceFailure, tell: (report: DeliveryReport) => void): void {
    const left = [...this.#batches]
    this.#batches.clear()
    this.#outstanding = 0
    for (const [batch, { rows }] of left) tell({ batch, rows, error })
  }
}
