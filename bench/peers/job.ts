import { type Routed, route } from './login.ts'

const { BROKERS = '', IN = '', OUT = '', CLEANED = '', DLQ = '', GROUP = '', N = '0' } = process.env

/** What the environment asks of a peer. */
export const job = { brokers: BROKERS, input: IN, group: GROUP, records: Number(N) }

const topics = { out: OUT, cleaned: CLEANED, dlq: DLQ } as const
const COMMIT_EVERY_MS = 1000

export interface NextOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What a peer counts: what it has taken, what of that is acknowledged, and what is still to be committed. */
export class Progress {
  readonly #counts = { out: 0, cleaned: 0, dlq: 0 }
  readonly #next = new Map<number, number>()
  #firstMs = Number.NaN
  #committedMs = performance.now()
  #taken = 0
  #acknowledged = 0

  /** Takes a record: answers its topic and value there. */
  take(value: Buffer | null): { topic: string; value: Routed['value'] } {
    if (this.#taken++ === 0) this.#firstMs = performance.now()
    const { to, value: written } = route(value)
    this.#counts[to]++
    return { topic: topics[to], value: written }
  }

  /** So many records of a partition, the last of them at `offset`, are acknowledged, and all before them. */
  acknowledged(partition: number, offset: number, records: number): void {
    this.#acknowledged += records
    this.#next.set(partition, offset + 1)
  }

  get isDone(): boolean {
    return this.#acknowledged >= job.records
  }

  get isAllTaken(): boolean {
    return this.#taken >= job.records
  }

  /** About once a second, and at the end. */
  get isCommitDue(): boolean {
    return this.isDone || performance.now() - this.#committedMs >= COMMIT_EVERY_MS
  }

  /** What is to be committed now. */
  offsets(): NextOffset[] {
    const offsets = [...this.#next].map(([partition, offset]) => ({ topic: job.input, partition, offset }))
    this.#next.clear()
    this.#committedMs = performance.now()
    return offsets
  }

  /** The line that the job ends with. */
  print(peer: string): void {
    const seconds = Math.round(performance.now() - this.#firstMs) / 1000
    process.stdout.write(`${JSON.stringify({ peer, n: job.records, ...this.#counts, seconds })}\n`)
  }
}
