import type { RowFailure } from '../kafka/ports.ts'
import type { Assignments } from '../offsets/assignment.ts'
import type { Batch } from './batch.ts'

/** When nothing suspect has come for so long, as of a partition that is paused, rows go together again. */
const SUSPICION_MS = 10_000

export interface SentRow {
  readonly batch: Batch
  readonly row: number
}

/**
 * A row that the brokers refuse fails its whole transaction, and they don't say which one it was. So what was in there is
 * suspect, and until it has been committed every row goes in a request of its own: the next one that is refused is known.
 */
export class CulpritSearch {
  readonly #assignments: Assignments
  /** The rows of the open transaction go alone. */
  #alone = false
  /** Those that went, by the number that each was given. */
  #sent: SentRow[] = []
  /** When a row was refused, or something suspect was sent, last. */
  #suspectMs = -Infinity

  constructor(assignments: Assignments) {
    this.#assignments = assignments
  }

  /** A transaction begins. Answers whether its rows are to go alone. */
  begin(): boolean {
    const isOn = performance.now() - this.#suspectMs <= SUSPICION_MS
    this.#alone = isOn && [...this.#assignments].some(({ suspect }) => suspect)
    this.#sent = []
    return this.#alone
  }

  get alone(): boolean {
    return this.#alone
  }

  /** For a row that goes alone. */
  numberOf(batch: Batch, row: number): number {
    if (batch.assignment.suspect) this.#suspectMs = performance.now()
    return this.#sent.push({ batch, row }) - 1
  }

  /** The row that has failed, if it went alone. */
  culprit({ batch: number }: RowFailure): SentRow | undefined {
    return number === undefined ? undefined : this.#sent[number]
  }

  /**
   * A row of these was refused. A summary has no offset of its own: its partition is suspect until something behind it is
   * committed.
   */
  suspect(batches: readonly Batch[]): void {
    this.#suspectMs = performance.now()
    for (const { assignment, entry, summaryTopic } of batches) {
      assignment.suspectBelow(summaryTopic === undefined ? entry.nextOffset : entry.nextOffset + 1)
    }
  }
}
