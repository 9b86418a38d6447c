import type { Assignment, Assignments } from '../offsets/assignment.ts'
import type { CommitPolicy } from '../offsets/commit-policy.ts'
import type { SettledOffset } from '../offsets/positions.ts'
import type { Events } from '../telemetry/events.ts'

export interface CommitOptions {
  readonly consumer: { commit(offsets: readonly SettledOffset[]): Promise<void> }
  readonly assignments: Assignments
  readonly policy: CommitPolicy
  readonly events: Events
  /** Nothing is to be committed by itself, but only by `now`: while a flood of dead letters is held. */
  suspended?(): boolean
}

/**
 * Tells Kafka how far each partition has settled. One commit at a time, so that an older offset can't arrive after a
 * newer one. Whoever waits for a commit must go on polling: the answer may come by the consumer's queue.
 */
export class Commit {
  readonly #options: CommitOptions
  #last: Promise<void> = Promise.resolve()
  #pending = 0

  constructor(options: CommitOptions) {
    this.#options = options
  }

  /** Called by the loop: commits what has moved, if it is time. */
  step(): void {
    const { policy, assignments, suspended } = this.#options
    if (suspended?.() || this.#pending > 0 || policy.dueInMs(performance.now()) > 0) return
    void this.now([...assignments])
  }

  /** Commits what has settled of these, behind any commit under way. Never rejects: a failure is logged and counted. */
  now(assignments: readonly Assignment[]): Promise<void> {
    this.#pending++
    this.#last = this.#last.then(() => this.#commit(assignments)).finally(() => this.#pending--)
    return this.#last
  }

  async #commit(assignments: readonly Assignment[]): Promise<void> {
    const moved = assignments.filter(({ uncommitted }) => uncommitted)
    const offsets = moved.map(offsetOf)
    this.#options.policy.committed(performance.now())
    if (offsets.length === 0) return
    try {
      await this.#options.consumer.commit(offsets)
    } catch (error) {
      return this.#options.events.commitFailed(offsets.length, error as Error)
    }
    moved.forEach((assignment, index) => assignment.confirm(offsets[index].offset, offsets[index].summary))
    this.#options.events.committed(offsets.length)
  }
}

function offsetOf({ topic, partition, ledger }: Assignment): SettledOffset {
  return { topic, partition, offset: ledger.frontier as number, summary: ledger.summary }
}
