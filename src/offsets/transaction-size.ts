/**
 * How many records the next transaction may hold. A row that the brokers refuse fails its whole transaction and is not
 * named, so what is tried again is half as much; a transaction of one record that fails has found it. After each that
 * succeeds, twice as much may be tried, up to the usual size.
 */
export class TransactionSize {
  readonly #most: number
  #records: number

  constructor(most: number) {
    this.#most = most
    this.#records = most
  }

  get records(): number {
    return this.#records
  }

  /** Somebody is being looked for, so that not even one record more may be in it. */
  get narrowed(): boolean {
    return this.#records < this.#most
  }

  /** One of `records` records was refused. Answers whether that names the culprit: it was alone. */
  refused(records: number): boolean {
    this.#records = Math.max(1, Math.floor(records / 2))
    return records === 1
  }

  committed(): void {
    this.#records = Math.min(this.#most, this.#records * 2)
  }
}
