import type { RecordConsumer } from '../kafka/ports.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import { Progress, type PartitionPosition } from '../offsets/progress.ts'
import type { Events } from '../telemetry/events.ts'

export interface RejoinOptions {
  readonly consumer: RecordConsumer
  readonly assignments: Assignments
  readonly events: Events
  readonly stallTimeoutMs: number
  /** That it stands still is meant: it is held or paused. */
  exempt(assignment: Assignment): boolean
  /** The process is on its way out. */
  leaving(): boolean
  subscribe(): void
  /** What is known of these partitions, in words: a sentence each. */
  diagnosisOf(names: readonly string[]): readonly string[]
  failed(error: Error): void
}

/**
 * Sees to it that nobody is alive but idle. `look` is called by a timer, so that it works when the loop itself stands
 * still; what it finds is acted on by the loop, between polls.
 *
 * The cure is to leave the group and join it again, as a restart would: the client forgets what it believed of its
 * partitions. They are drained and committed like any others that the group wants back. If that changes nothing, the
 * process ends and says what it knows.
 */
export class Rejoin {
  readonly #options: RejoinOptions
  readonly #progress: Progress
  /**
   * `asked`: the loop is to leave the group. `left`: it is to join again once everything has been given back. `over`:
   * nothing has helped.
   */
  #state: 'member' | 'asked' | 'left' | 'over' = 'member'

  constructor(options: RejoinOptions) {
    this.#options = options
    this.#progress = new Progress(options.stallTimeoutMs)
  }

  /** False while a partition stands still that should not. */
  get live(): boolean {
    return this.#progress.live
  }

  /** Called by a timer. */
  look(nowMs: number): void {
    const { consumer, assignments, events, failed, diagnosisOf, stallTimeoutMs } = this.#options
    if (this.#state === 'over' || this.#options.leaving()) return
    const positions = [...assignments].map(assignment => this.#positionOf(assignment))
    const look = { counts: consumer.reachable, rejoining: this.#state !== 'member' }
    const { remedy, stalled, openTransactions } = this.#progress.look(nowMs, positions, look)
    if (openTransactions.length > 0) events.transactionLeftOpen(diagnosisOf(openTransactions))
    if (remedy === 'none') return
    const diagnosis = diagnosisOf(stalled)
    this.#state = remedy === 'end' ? 'over' : 'asked'
    if (remedy === 'end') failed(new Error(endOf(stallTimeoutMs, diagnosis)))
    else events.stalled(stallTimeoutMs, diagnosis)
  }

  /** Called by the loop, between polls. */
  step(nowMs: number): void {
    if (this.#options.leaving()) return
    // What moves in the drain has moved, and nobody may look before it is given back.
    if (this.#state === 'left') this.look(nowMs)
    if (this.#state === 'asked') {
      this.#options.consumer.unsubscribe()
      this.#state = 'left'
    } else if (this.#state === 'left' && this.#options.assignments.size === 0) {
      this.#options.subscribe()
      this.#state = 'member'
    }
  }

  #positionOf(assignment: Assignment): PartitionPosition {
    const { consumer, exempt } = this.#options
    const { frontier } = assignment.ledger
    const endOffset = consumer.endOffset(assignment)
    // What has been read to its end is stable to its end: the client is asked only for others, as its answer is dear.
    const isRead = frontier !== undefined && endOffset >= 0 && frontier >= endOffset
    return {
      name: `${assignment.topic}/${assignment.partition}`,
      frontier,
      stableOffset: isRead ? endOffset : consumer.stableOffset(assignment),
      endOffset,
      exempt: assignment.state !== 'assigned' || exempt(assignment)
    }
  }
}

function endOf(stallTimeoutMs: number, diagnosis: readonly string[]): string {
  const what = `no progress for ${stallTimeoutMs} ms (STALL_TIMEOUT_MS), though there are records to read`
  return [`${what}, and joining the group again has not helped`, ...diagnosis].join('; ')
}
