import { setTimeout as sleep } from 'node:timers/promises'
import type { CommittedPosition, ProduceFailure, RecordConsumer, RecordTransactions } from '../kafka/ports.ts'
import { isVerdict, refusal, remedyFor } from '../kafka/produce-errors.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import { verdictOnRefused } from '../slabs/verdict.ts'
import type { Events } from '../telemetry/events.ts'
import type { Batch } from './batch.ts'
import type { Failure } from './transact.ts'

/** Between aborts that follow one another, so that brokers in trouble are not asked without pause. */
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 5000
/** So long may the group's coordinator be away; whatever a transaction held can't be read again before it answers. */
const COMMITTED_ATTEMPTS = 12

export interface AbortOptions {
  readonly transactions: Pick<RecordTransactions, 'abort'>
  readonly consumer: Pick<RecordConsumer, 'committed'>
  readonly assignments: Assignments
  readonly events: Events
  /** Between polls: reads these again from there. */
  rewind(assignments: readonly Assignment[], offsetOf: (assignment: Assignment) => number | undefined): void
}

/**
 * After a transaction that can't be committed: aborts it and reads everything again from the offsets that the group has.
 * They are asked for, not remembered: a commit whose answer was lost may have happened.
 */
export class Abort {
  readonly #options: AbortOptions
  /** What `step` has to do; set while somebody waits for it. */
  #due: { readonly positions: ReadonlyMap<Assignment, number>; readonly done: () => void } | undefined

  constructor(options: AbortOptions) {
    this.#options = options
  }

  /** Resolves once it is over and every partition has been sent back. Rejects if somebody has to mend something. */
  async run({ error, ofRow, culprit, before }: Failure): Promise<void> {
    const { transactions, events } = this.#options
    events.aborted(error)
    const searching = ofRow && this.#judge(error, culprit)
    if (!searching) await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** before))
    await transactions.abort()
    const positions = await this.#committed()
    await new Promise<void>(done => (this.#due = { positions, done }))
  }

  /** Called by the loop, between polls. */
  step(): void {
    if (this.#due === undefined) return
    const { positions, done } = this.#due
    this.#due = undefined
    const live = [...positions.keys()].filter(assignment => assignment.live)
    this.#options.rewind(live, assignment => positions.get(assignment))
    done()
  }

  /** Answers whether a record is to blame, which may not be known yet. */
  #judge(error: ProduceFailure, culprit: Batch | undefined): boolean {
    const remedy = remedyFor(error.code)
    if (remedy === 'stop') throw new Error(`the brokers refused output: ${error.message} (code ${error.code})`)
    if (remedy === 'rewind') return false
    if (culprit === undefined || !isVerdict(error.code)) return true
    const { assignment, task, firstRecord, firstOffset } = culprit
    const verdict = verdictOnRefused(task.slab, firstRecord)
    if (verdict === undefined) throw refusal(assignment, error)
    assignment.verdicts.set(firstOffset, verdict)
    this.#options.events.condemned(assignment, firstOffset, error)
    return true
  }

  /** By assignment; where the group has committed nothing, from where this assignment began. */
  async #committed(): Promise<Map<Assignment, number>> {
    const live = [...this.#options.assignments].filter(assignment => assignment.live)
    const committed = await this.#ask(live)
    const offsets = new Map<Assignment, number>()
    for (const assignment of live) {
      const { topic, partition } = assignment
      const found = committed.find(each => each.topic === topic && each.partition === partition)
      const offset = found !== undefined && found.offset >= 0 ? found.offset : assignment.ledger.restart
      if (offset !== undefined) offsets.set(assignment, offset)
    }
    return offsets
  }

  async #ask(assignments: readonly Assignment[]): Promise<readonly CommittedPosition[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return assignments.length === 0 ? [] : await this.#options.consumer.committed(assignments)
      } catch (error) {
        if (attempt === COMMITTED_ATTEMPTS) throw error
        this.#options.events.warned(`the group's offsets could not be read: ${(error as Error).message}; once more`)
        await sleep(LONGEST_PAUSE_MS / 5)
      }
    }
  }
}
