import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds of a clock that never goes back; `wait` ends early if it is stopped. */
export interface PaceClock {
  nowMs(): number
  wait(waitMs: number, stop: AbortSignal): Promise<void>
}

const realClock: PaceClock = {
  nowMs: () => performance.now(),
  wait: (waitMs, stop) => sleep(waitMs, undefined, { signal: stop }).catch(() => undefined)
}

/** Holds chunks of records back so that no more than `perSecond` of them go out in a second; 0 is no limit. */
export class Pace {
  readonly #perSecond: number
  readonly #clock: PaceClock
  #nextMs = -Infinity

  constructor(perSecond: number, clock: PaceClock = realClock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** So many records at most are to go out together. */
  get chunk(): number {
    return this.#perSecond || Infinity
  }

  /** Waits until so many may go out; they take their time after that. Answers false if it was stopped instead. */
  async take(records: number, stop: AbortSignal): Promise<boolean> {
    const nowMs = this.#clock.nowMs()
    const waitMs = this.#nextMs - nowMs
    if (waitMs > 0 && records > 0) await this.#clock.wait(waitMs, stop)
    if (stop.aborted) return false
    if (this.#perSecond > 0) this.#nextMs = Math.max(this.#nextMs, nowMs) + (records * 1000) / this.#perSecond
    return true
  }
}
