const SHOWN = 5

/** Whether one promise was kept. */
export interface Verdict {
  readonly promise: string
  readonly limit: string
  readonly found: string
  readonly kept: boolean
  /** The first few things that broke it. */
  readonly details: readonly string[]
}

/** Counts what breaks a promise, and keeps the first few to be shown. */
export class Breaches {
  count = 0
  readonly #shown: string[] = []

  add(describe: () => string): void {
    this.count++
    if (this.#shown.length < SHOWN) this.#shown.push(describe())
  }

  /** Nothing of the kind may have happened. */
  none(promise: string): Verdict {
    const { count } = this
    return { promise, limit: '0', found: String(count), kept: count === 0, details: this.#shown }
  }
}
