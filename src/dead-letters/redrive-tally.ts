/** What a redrive did, or would do, with a record of the dead-letter topic. */
export const redriveOutcomes = [
  'redriven',
  'quarantined',
  /** Its attempts are used up, and there is no QUARANTINE_TOPIC. */
  'exhausted',
  /** It left its value out, and the record that it came from is no longer there. */
  'gone',
  /** It is encrypted, and something in it is not what was encrypted: it can't be restored. */
  'changed',
  /** The brokers would not take it. */
  'refused',
  /** An earlier redrive took it. */
  'done',
  /** It came in by a topic that is not read, and there is no REDRIVE_TOPIC. */
  'not-read',
  'not-asked-for',
  /** It is none of Millrace's. */
  'foreign'
] as const
export type RedriveOutcome = (typeof redriveOutcomes)[number]

/** Counts by reason, and by how often they had been redriven before. */
export interface OutcomeCounts {
  readonly total: number
  readonly byReason: ReadonlyMap<string, number>
  readonly byAttempts: ReadonlyMap<number, number>
}

const NOTHING: OutcomeCounts = { total: 0, byReason: new Map(), byAttempts: new Map() }

/** What became of the records that a redrive has looked at. */
export class RedriveTally {
  readonly #counts = new Map<RedriveOutcome, OutcomeCounts>()

  add(outcome: RedriveOutcome, reason?: string, attempts?: number): void {
    const { total, byReason, byAttempts } = this.of(outcome)
    this.#counts.set(outcome, {
      total: total + 1,
      byReason: raised(byReason, reason),
      byAttempts: raised(byAttempts, attempts)
    })
  }

  of(outcome: RedriveOutcome): OutcomeCounts {
    return this.#counts.get(outcome) ?? NOTHING
  }

  get lookedAt(): number {
    return redriveOutcomes.reduce((sum, outcome) => sum + this.of(outcome).total, 0)
  }
}

function raised<Key>(counts: ReadonlyMap<Key, number>, key: Key | undefined): ReadonlyMap<Key, number> {
  return key === undefined ? counts : new Map(counts).set(key, (counts.get(key) ?? 0) + 1)
}
