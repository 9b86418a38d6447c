import { Pace } from './pace.ts'

/** Of all slabs, so many may hold rows that wait; the others are for what is read and worked on meanwhile. */
const SHARE_OF_SLABS = 0.25

/**
 * When rows that are ready are handed to the client. A hand-over becomes requests, one for each output partition that has
 * a row in it, and those cost CPU here and at the broker.
 *
 * It goes by what was handed over and not, as Nagle's rule does, by what was acknowledged: at a local broker that is the
 * next millisecond, so that twenty rows would be as many requests, and kafka-javascript tells of it 30 ms late. Where
 * brokers are slow to answer, the client by itself makes no new requests while five are under way.
 */
export class Linger {
  readonly #pace: Pace
  readonly #mostSlabs: number

  /** `slabs`: how many there are. */
  constructor(longestMs: number, slabs: number) {
    this.#pace = new Pace(longestMs)
    this.#mostSlabs = slabs * SHARE_OF_SLABS
  }

  /** When what waits is to be handed over, if it lies in so many slabs. */
  dueMs(slabs: number): number {
    return slabs >= this.#mostSlabs ? -Infinity : this.#pace.dueMs
  }

  handedOver(rows: number, nowMs: number): void {
    this.#pace.went(rows, nowMs)
  }
}
