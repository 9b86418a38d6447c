/** The pause behind one record; behind n it is √n times as long. Measured, see bench/README.md. */
const PAUSE_MS = 0.3

/**
 * How soon the next lot follows on the last one, be it records that are taken or rows that are handed over. A lot costs
 * something whatever it holds, so there is a pause behind each, in which the next one gathers.
 *
 * The pause grows with the lot that it follows, and with it the next lot. At a steady rate r both settle: a pause of p ms
 * behind r·p records is PAUSE_MS·√(r·p), so p = PAUSE_MS²·r. What comes seldom goes at once, and where there is much, lots
 * are large; nobody has to say which it is. Why not a pause of one length: at 1,000 records a second it would be most of
 * the latency, or at 500,000 most of the requests would be for nothing.
 */
export class Pace {
  readonly #longestMs: number
  #dueMs = -Infinity

  constructor(longestMs: number) {
    this.#longestMs = longestMs
  }

  /** When the next lot may go. */
  get dueMs(): number {
    return this.#dueMs
  }

  /** So many went. */
  went(count: number, nowMs: number): void {
    this.#dueMs = nowMs + Math.min(this.#longestMs, PAUSE_MS * Math.sqrt(count))
  }
}
