/** Holds up whoever comes by while it is closed. */
export class Gate {
  readonly #waiting = new Set<() => void>()
  #closed = false

  close(): void {
    this.#closed = true
  }

  open(): void {
    this.#closed = false
    this.wake()
  }

  /** All that wait look again. */
  wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  /** Answers whether one has to wait, here or for what `also` says, and then calls `wake` when to look again. */
  waits(wake: () => void, also = false): boolean {
    const waits = this.#closed || also
    if (waits) this.#waiting.add(wake)
    return waits
  }

  async passage(): Promise<void> {
    while (this.#closed) await new Promise<void>(resolve => this.#waiting.add(resolve))
  }
}
