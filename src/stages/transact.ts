import type { ProduceFailure, RecordProducer, RecordTransactions, RowFailure } from '../kafka/ports.ts'
import { remedyFor } from '../kafka/produce-errors.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import type { SettledOffset } from '../offsets/positions.ts'
import type { Events } from '../telemetry/events.ts'
import type { Batch, Task } from './batch.ts'
import type { CulpritSearch, SentRow } from './culprit-search.ts'

export interface TransactOptions {
  readonly producer: Pick<RecordProducer, 'produce'>
  readonly transactions: Pick<RecordTransactions, 'begin'> & {
    commit(offsets: readonly SettledOffset[]): Promise<void>
  }
  readonly assignments: Assignments
  readonly search: CulpritSearch
  readonly events: Events
  readonly transactionMs: number
  /** Records, and slabs, that a transaction holds at most; while it commits, the other slabs fill for the next. */
  readonly maxRecords: number
  readonly maxSlabs: number
  /** The transaction of the batch is committed. */
  next(batch: Batch): void
  /** Nothing will come of the batch: its assignment is closed, or its transaction was aborted. */
  drop(batch: Batch): void
  /** The transaction can't be committed. Resolves once nothing is left of it and everything it held is read again. */
  abort(failure: Failure): Promise<void>
  failed(error: Error): void
}

/** What a transaction failed of. */
export interface Failure {
  readonly error: ProduceFailure
  /** A row of it was refused; otherwise its offsets could not be committed, or it took too long. */
  readonly ofRow: boolean
  /** The row that was refused, if it is known: where each went in a request of its own. */
  readonly culprit: SentRow | undefined
  /** How many failed before it since one was committed. */
  readonly before: number
}

/** Records in a transaction whose rows go alone; more only if the first batch has. They all come again for each refusal. */
const ALONE_RECORDS = 1024

/**
 * Rows and the offsets that they came from, in transactions: what `Produce` and `Commit` are for at-least-once, this is
 * for exactly-once.
 *
 * One transaction is open at a time. While it commits, off the loop, records are fetched and worked on, and wait here
 * for the next one. The offset that it commits for a partition is the one behind its last batch in it: batches come in
 * input order, so all that came before is in this transaction or an earlier one.
 */
export class Transact {
  readonly #options: TransactOptions
  /** `closed`: the next one may begin. `ending`: beginning, committing or aborting. */
  #state: 'closed' | 'open' | 'ending' = 'closed'
  /** Released and in no transaction yet; of the first one, rows before `#nextRow` are in the open one. */
  #queue: Batch[] = []
  #nextRow: number | undefined
  #inside: Batch[] = []
  #records = 0
  /** What the batches inside lie in, which is free only once they are committed. */
  readonly #slabs = new Set<Task>()
  /** When the first batch came in, or the last transaction ended. */
  #sinceMs = performance.now()
  #failure: RowFailure | undefined
  #waiting: (() => void)[] = []
  #failures = 0

  constructor(options: TransactOptions) {
    this.#options = options
  }

  release(batch: Batch): void {
    if (!batch.assignment.live) return this.#options.drop(batch)
    this.#queue.push(batch)
    this.#fill()
    this.#commitIfFull()
  }

  /** Called by the loop. */
  step(): void {
    if (this.#state === 'closed') this.#run(this.#begin())
    if (this.#state !== 'open') return
    this.#fill()
    if (this.#spoiled) this.#run(this.#abort())
    else if (this.#isDue()) this.#run(this.#commit())
  }

  /** Resolves when what has settled of these is committed, or could not be. They have nothing in flight. */
  now(assignments: readonly Assignment[]): Promise<void> {
    if (!assignments.some(({ uncommitted }) => uncommitted)) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** A row of the open transaction was refused. The first failure tells why; the others follow from it. */
  transactionFailed(failure: RowFailure): void {
    this.#failure ??= failure
  }

  async #begin(): Promise<void> {
    this.#state = 'ending'
    this.#failure = undefined
    try {
      await this.#options.transactions.begin(this.#options.search.begin())
    } catch (error) {
      return this.#abort(error as Error & { code: number })
    }
    this.#state = 'open'
    this.#sinceMs = performance.now()
    this.#fill()
    this.#commitIfFull()
  }

  /** At once, as the loop may be waiting for the very slabs that lie in the transaction. */
  #commitIfFull(): void {
    if (this.#state === 'open' && !this.#spoiled && this.#nextRow === undefined && this.#full) this.#run(this.#commit())
  }

  /** It can't be committed. */
  get #spoiled(): boolean {
    return this.#failure !== undefined || this.#inside.some(({ assignment }) => !assignment.live)
  }

  get #full(): boolean {
    const { maxRecords, maxSlabs } = this.#options
    const most = this.#options.search.alone ? Math.min(maxRecords, ALONE_RECORDS) : maxRecords
    return this.#records >= most || this.#slabs.size >= maxSlabs
  }

  #fill(): void {
    this.#dropStale()
    while (this.#state === 'open' && this.#queue.length > 0) {
      const [batch] = this.#queue
      if (this.#nextRow === undefined && this.#full) return
      if (!this.#offer(batch)) return
      this.#queue.shift()
      if (this.#inside.length === 0) this.#sinceMs = performance.now()
      this.#inside.push(batch)
      this.#slabs.add(batch.task)
    }
  }

  /** Answers whether the client has taken all of it. */
  #offer(batch: Batch): boolean {
    const { endRow } = batch
    if (this.#nextRow === undefined) this.#records += batch.records
    const first = this.#nextRow ?? batch.firstRow
    const taken = this.#options.search.alone ? this.#offerAlone(batch, first) : this.#produce(batch, first, endRow, 0)
    this.#nextRow = taken < endRow ? taken : undefined
    return taken === endRow
  }

  #offerAlone(batch: Batch, firstRow: number): number {
    for (let row = firstRow; row < batch.endRow; row++) {
      if (this.#produce(batch, row, row + 1, this.#options.search.numberOf(batch, row)) === row) return row
    }
    return batch.endRow
  }

  #produce({ task, assignment }: Batch, firstRow: number, endRow: number, number: number): number {
    return this.#options.producer.produce(task.slab, firstRow, endRow, number, assignment.partition)
  }

  /** Of one that is in the transaction in part there is no taking it out: the transaction is aborted for it. */
  #dropStale(): void {
    const stale = this.#queue.filter(({ assignment }, index) => !assignment.live && !this.#isBegun(index))
    if (stale.length === 0) return
    this.#queue = this.#queue.filter(batch => !stale.includes(batch))
    for (const batch of stale) this.#options.drop(batch)
  }

  #isBegun(index: number): boolean {
    return index === 0 && this.#nextRow !== undefined
  }

  #isDue(): boolean {
    if (this.#nextRow !== undefined) return false
    const { assignments, transactionMs } = this.#options
    const all = [...assignments]
    if (this.#inside.length === 0 && !all.some(({ uncommitted }) => uncommitted)) {
      for (const resolve of this.#waiting.splice(0)) resolve()
      return false
    }
    if (this.#waiting.length > 0 || all.some(({ state }) => state === 'draining')) return true
    return this.#full || performance.now() - this.#sinceMs >= transactionMs
  }

  async #commit(): Promise<void> {
    this.#state = 'ending'
    const waiting = this.#waiting.splice(0)
    const offsets = this.#offsets()
    try {
      await this.#options.transactions.commit([...offsets.values()])
    } catch (error) {
      await this.#abort(error as Error & { code: number })
      return waiting.forEach(resolve => resolve())
    }
    for (const [assignment, { offset, summary }] of offsets) assignment.confirm(offset, summary)
    this.#options.events.committed(offsets.size)
    this.#failures = 0
    for (const batch of this.#empty()) this.#options.next(batch)
    waiting.forEach(resolve => resolve())
    await this.#begin()
  }

  /** For each partition the offset behind its last batch here; where there is none, behind the end that was seen. */
  #offsets(): Map<Assignment, SettledOffset> {
    const offsets = new Map<Assignment, SettledOffset>()
    for (const assignment of this.#options.assignments) {
      const { frontier, summary } = assignment.ledger
      if (assignment.uncommitted) offsets.set(assignment, named(assignment, frontier as number, summary))
    }
    for (const { assignment, entry } of this.#inside) {
      offsets.set(assignment, named(assignment, entry.nextOffset, entry.summary))
    }
    return offsets
  }

  async #abort(error?: Error & { code: number }): Promise<void> {
    this.#state = 'ending'
    const row = this.#failure
    const culprit = row && this.#options.search.culprit(row)
    const began = this.#nextRow === undefined ? [] : [this.#queue.shift() as Batch]
    const batches = [...this.#empty(), ...began]
    if (row !== undefined && remedyFor(row.code) === 'isolate') this.#options.search.suspect(batches)
    await this.#options.abort({
      error: row ?? error ?? { code: 0, message: 'a partition in it was lost' },
      ofRow: row !== undefined,
      culprit,
      before: this.#failures++
    })
    for (const batch of batches) this.#options.drop(batch)
    this.#state = 'closed'
  }

  #empty(): Batch[] {
    const inside = this.#inside
    this.#inside = []
    this.#records = 0
    this.#slabs.clear()
    this.#nextRow = undefined
    return inside
  }

  #run(ending: Promise<void>): void {
    ending.catch(this.#options.failed)
  }
}

function named({ topic, partition }: Assignment, offset: number, summary: SettledOffset['summary']): SettledOffset {
  return { topic, partition, offset, summary }
}
