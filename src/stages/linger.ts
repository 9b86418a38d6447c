/** The pause behind one row; behind n it is √n times as long. */
const PAUSE_MS = 0.3
/** Of all slabs, so many may hold rows that wait; the others are for what is read and worked on meanwhile. */
const SHARE_OF_SLABS = 0.25

/**
 * When rows that are ready are handed to the client. A hand-over becomes requests, one for each output partition that has
 * a row in it, and those cost CPU here and at the broker; so there is a pause behind each, in which the next one gathers.
 *
 * The pause grows with what was handed over, and with it the next hand-over. At a steady rate both settle: a pause of p ms
 * behind r·p rows is PAUSE_MS·√(r·p), so p = PAUSE_MS²·r. What comes seldom goes at once, and where there is much, batches
 * are large; nobody has to say which it is. A pause of one length would be most of the latency at 1,000 rows a second, or
 * make twenty times the requests at 500,000.
 *
 * It goes by what was handed over and not, as Nagle's rule does, by what was acknowledged: at a near broker that is the
 * next millisecond, so that it would hold little back, and kafka-javascript tells of it 30 ms late. Where brokers are slow
 * to answer, the client holds back by itself: it makes no request while another one waits to be sent.
 */
export class Linger {
  readonly #longestMs: number
  readonly #mostSlabs: number
  #dueMs = -Infinity

  /** `slabs`: how many there are. */
  constructor(longestMs: number, slabs: number) {
    this.#longestMs = longestMs
    this.#mostSlabs = slabs * SHARE_OF_SLABS
  }

  /** When what waits is to be handed over, if it lies in so many slabs. */
  dueMs(slabs: number): number {
    return slabs >= this.#mostSlabs ? -Infinity : this.#dueMs
  }

  handedOver(rows: number, nowMs: number): void {
    this.#dueMs = nowMs + Math.min(this.#longestMs, PAUSE_MS * Math.sqrt(rows))
  }
}
