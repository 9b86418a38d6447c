/**
 * When to tell Kafka: at most once in `intervalMs`, and only where a frontier has moved. A value and a tiny state
 * machine; whoever has the clock asks it.
 */
export class CommitPolicy {
  readonly #intervalMs: number
  #lastMs: number

  constructor(intervalMs: number, nowMs: number) {
    this.#intervalMs = intervalMs
    this.#lastMs = nowMs
  }

  /** Milliseconds until a commit is due; 0 if it is. */
  dueInMs(nowMs: number): number {
    return Math.max(0, this.#lastMs + this.#intervalMs - nowMs)
  }

  committed(nowMs: number): void {
    this.#lastMs = nowMs
  }
}
