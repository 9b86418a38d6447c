import { setTimeout as sleep } from 'node:timers/promises'
import { convict } from '../delivery/convict.ts'
import { isUnreachable } from '../kafka/kafka-error.ts'
import type { CommittedPosition, ProduceFailure, RecordConsumer, RecordTransactions } from '../kafka/ports.ts'
import { isVerdict, remedyFor } from '../kafka/produce-errors.ts'
import type { Assignment, Assignments, Start } from '../offsets/assignment.ts'
import type { SummaryState } from '../summaries/summary-state.ts'
import type { Events } from '../telemetry/events.ts'
import type { SentRow } from './culprit-search.ts'
import type { Failure } from './transact.ts'

/** Between aborts that follow one another, so that brokers in trouble are not asked without pause. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 5000
/** Of a call that brokers refuse, though they can be reached. */
const ATTEMPTS = 12
const RETRY_MS = 1000

export interface AbortOptions {
  readonly transactions: Pick<RecordTransactions, 'abort'>
  readonly consumer: Pick<RecordConsumer, 'committed'>
  /** What the next summary had counted when the group committed this. */
  summaryAt(position: CommittedPosition): SummaryState | undefined
  readonly assignments: Assignments
  readonly events: Events
  /** The output that tells of records instead of being made of them; -1 where none does. */
  readonly metrics: number
  /** Between attempts of a call that was refused; a second by default. */
  readonly retryMs?: number
  /** Between polls: reads these again from there. */
  rewind(assignments: readonly Assignment[], startOf: (assignment: Assignment) => Start | undefined): void
}

/**
 * After a transaction that can't be committed: aborts it and reads everything again from the offsets that the group has.
 * They are asked for, not remembered: a commit whose answer was lost may have happened.
 */
export class Abort {
  readonly #options: AbortOptions
  /** What `step` has to do; set while somebody waits for it. */
  #due: { readonly starts: ReadonlyMap<Assignment, Start>; readonly done: () => void } | undefined

  constructor(options: AbortOptions) {
    this.#options = options
  }

  /** Resolves once it is over and every partition has been sent back. Rejects if somebody has to mend something. */
  async run({ error, ofRow, culprit, before }: Failure): Promise<void> {
    const { transactions, events } = this.#options
    events.aborted(error)
    const isJudged = ofRow && this.#judge(error, culprit)
    if (!isJudged) await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** before))
    await this.#retrying('the transaction can not be aborted', () => transactions.abort())
    const starts = await this.#committed()
    await new Promise<void>(done => (this.#due = { starts, done }))
  }

  /** Called by the loop, between polls. */
  step(): void {
    if (this.#due === undefined) return
    const { starts, done } = this.#due
    this.#due = undefined
    const live = [...starts.keys()].filter(assignment => assignment.live)
    this.#options.rewind(live, assignment => starts.get(assignment))
    done()
  }

  /** Answers whether it is known which record is to blame. */
  #judge(error: ProduceFailure, culprit: SentRow | undefined): boolean {
    if (remedyFor(error.code) === 'stop') {
      throw new Error(`the brokers refused output: ${error.message} (code ${error.code})`)
    }
    if (culprit === undefined || !isVerdict(error.code)) return false
    const fatal = convict(culprit, error, this.#options.metrics, this.#options.events)
    if (fatal !== undefined) throw fatal
    return true
  }

  /** By assignment; where the group has committed nothing, from where this assignment began. */
  async #committed(): Promise<Map<Assignment, Start>> {
    const live = [...this.#options.assignments].filter(assignment => assignment.live)
    const committed = await this.#ask(live)
    const starts = new Map<Assignment, Start>()
    for (const assignment of live) {
      const { topic, partition, ledger } = assignment
      const found = committed.find(each => each.topic === topic && each.partition === partition)
      if (found !== undefined && found.offset >= 0) {
        starts.set(assignment, { offset: found.offset, summary: this.#options.summaryAt(found) })
      } else if (ledger.restart !== undefined) {
        starts.set(assignment, { offset: ledger.restart, summary: ledger.summary })
      }
    }
    return starts
  }

  #ask(assignments: readonly Assignment[]): Promise<readonly CommittedPosition[]> {
    if (assignments.length === 0) return Promise.resolve([])
    return this.#retrying("the group's offsets can not be read", () => this.#options.consumer.committed(assignments))
  }

  /** Brokers that can't be reached are waited for, however long it takes; a coordinator that moves, for some time. */
  async #retrying<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call()
      } catch (error) {
        if (attempt >= ATTEMPTS && !isUnreachable(error)) throw error
        this.#options.events.warned(`${what}: ${(error as Error).message}; once more`)
        await sleep(this.#options.retryMs ?? RETRY_MS)
      }
    }
  }
}
