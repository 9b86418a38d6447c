/** One at a time: whoever waits with the lowest number is next. */
export class Turns {
  readonly #waiting: { readonly rank: number; readonly begin: () => void }[] = []
  #taken = false

  /** Resolves when it is the caller's turn, which lasts until `pass`. */
  take(rank: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ rank, begin: resolve })
    if (!this.#taken) this.pass()
    return promise
  }

  /** Ends the turn. Answers whether it is somebody else's now. */
  pass(): boolean {
    const [next] = this.#waiting.toSorted((a, b) => a.rank - b.rank)
    this.#taken = next !== undefined
    if (next === undefined) return false
    this.#waiting.splice(this.#waiting.indexOf(next), 1)
    next.begin()
    return true
  }
}
