import type { AssignedPartition, RecordConsumer } from '../kafka/ports.ts'
import type { Assignment, Assignments, Start } from '../offsets/assignment.ts'
import type { Events } from '../telemetry/events.ts'

export interface RewindOptions {
  readonly consumer: RecordConsumer
  readonly assignments: Assignments
  readonly events: Events
  /** Nothing new is to be read. */
  leaving(): boolean
  /** The assignment is fenced: whatever comes back for it is dropped. */
  fenced(assignment: Assignment): void
  /** While leaving, something was given up that will be read again. */
  abandoned(): void
}

/**
 * Reads partitions again from their frontier, because something of them could not be delivered. What is in flight is
 * abandoned, and comes again under a new epoch.
 *
 * Why order is kept:
 * 1. A row fails. Its assignment is marked at once, and none of its later batches is produced from then on.
 * 2. Of what the client had been given already, nothing is written after the row that failed (see the producer).
 * 3. Between two polls the partition gets a new epoch and is read from the frontier, which lies before that row.
 */
export class Rewind {
  readonly #options: RewindOptions
  readonly #requested = new Set<Assignment>()

  constructor(options: RewindOptions) {
    this.#options = options
  }

  /** To be read again at the next occasion. With `isolate`, each record in flight is then produced by itself. */
  request(assignment: Assignment, isolate: boolean): void {
    if (!assignment.live) return
    if (isolate) assignment.suspectBelow(assignment.ledger.readTo)
    assignment.rewinding = true
    this.#requested.add(assignment)
  }

  /** Called by the loop, between polls. */
  step(): void {
    if (this.#requested.size === 0) return
    const requested = [...this.#requested].filter(({ live }) => live)
    this.#requested.clear()
    this.now(requested, restartOf)
  }

  /** Between polls: reads these again from where `startOf` says; one of which nothing has been read answers nothing. */
  now(assignments: readonly Assignment[], startOf: (assignment: Assignment) => Start | undefined): void {
    const { consumer, events } = this.#options
    const positions: (AssignedPartition & { readonly offset: number })[] = []
    for (const assignment of assignments) {
      const start = startOf(assignment)
      if (start === undefined) continue
      const { offset } = start
      events.rewound(assignment, offset)
      const next = this.#reopen(assignment, start)
      if (next !== undefined)
        positions.push({ topic: next.topic, partition: next.partition, epoch: next.epoch, offset })
    }
    if (positions.length > 0) consumer.rewind(positions)
  }

  /** Answers nothing for one that is on its way out: its next owner reads it again. */
  #reopen(assignment: Assignment, start: Start): Assignment | undefined {
    const { assignments, fenced } = this.#options
    const leaving = this.#options.leaving()
    const stays = assignment.state === 'assigned' && !leaving
    if (leaving && assignment.ledger.inFlight > 0) this.#options.abandoned()
    assignments.fence(assignment)
    fenced(assignment)
    return stays ? assignments.reopen(assignment, start) : undefined
  }
}

function restartOf({ ledger: { restart, summary } }: Assignment): Start | undefined {
  return restart === undefined ? undefined : { offset: restart, summary }
}
