/** Adds up what may come with every record, and tells it at most once in so many milliseconds: the first at once. */
export class PacedCount {
  readonly #everyMs: number
  readonly #tell: (count: number) => void
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(everyMs: number, tell: (count: number) => void) {
    this.#everyMs = everyMs
    this.#tell = tell
  }

  add(count: number): void {
    this.#count += count
    if (this.#timer === undefined) this.#tellNow()
  }

  /** Tells what has not been told. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#count > 0) this.#tell(this.#count)
    this.#count = 0
  }

  #tellNow(): void {
    this.#timer = undefined
    if (this.#count === 0) return
    this.#tell(this.#count)
    this.#count = 0
    this.#timer = setTimeout(() => this.#tellNow(), this.#everyMs).unref()
  }
}
