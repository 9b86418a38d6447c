import type { Stood } from './worker-death.ts'

/** So often may workers die before they begin a record of a task: then it is not for a record's sake. */
const MAX_UNBEGUN = 3

/** `again`: run on with the part as it is now. `convict`: the part's one record kills whoever runs it. */
export type Consequence = 'again' | 'convict' | 'give up'

/**
 * The parts in which a task's records run. Usually there is one, from the first record to the last. When a worker dies
 * at a record, what is before it runs again, then the record alone, once, then what is behind it: the thread may have
 * died of something else, so the record is tried a second time, and where nothing else can be blamed for it.
 *
 * Where the worker stood is not always where the fault was: what a record has left behind, such as a microtask that
 * throws, ends the thread after the last record. Then the part is halved until one record is left.
 */
export class Parts {
  /** Where parts end, the nearest one last; what is behind them runs in one. */
  readonly #ends: number[] = []
  /** The record that is to run alone, or has died alone already. */
  #suspect = -1
  #unbegun = 0

  /** The end of the part that begins at `from`. */
  endOf(from: number, records: number): number {
    while (this.#ends.length > 0 && this.#ends[this.#ends.length - 1] <= from) this.#ends.pop()
    return this.#ends.at(-1) ?? records
  }

  /** A part has come back from its worker. */
  done(): void {
    this.#unbegun = 0
  }

  /** The worker of the part from `from` to before `end` has died. */
  died(from: number, end: number, stood: Stood): Consequence {
    if (stood.place === 'before') return ++this.#unbegun < MAX_UNBEGUN ? 'again' : 'give up'
    this.#unbegun = 0
    if (end === from + 1) return this.#diedAlone(from)
    if (stood.place === 'at' && stood.record >= from && stood.record < end) this.suspect(stood.record)
    else this.#ends.push(from + ((end - from) >> 1))
    return 'again'
  }

  /** The record is to run alone: a worker has died at it. */
  suspect(record: number): void {
    this.#suspect = record
    this.#ends.push(record + 1, record)
  }

  isSuspect(record: number): boolean {
    return this.#suspect === record
  }

  #diedAlone(record: number): Consequence {
    if (this.#suspect !== record) {
      this.#suspect = record
      return 'again'
    }
    // Its dead letter can be made together with what follows.
    if (this.#ends.at(-1) === record + 1) this.#ends.pop()
    return 'convict'
  }
}
