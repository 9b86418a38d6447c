import type { Assignments } from '../offsets/assignment.ts'
import type { Events } from '../telemetry/events.ts'
import type { Batch, Task } from './batch.ts'

export interface SettleOptions {
  readonly assignments: Assignments
  readonly events: Events
  /** Every batch of the task has ended: its slab is free. */
  next(task: Task): void
  /** A batch has ended. */
  ended(): void
}

/**
 * The end of every batch. One whose rows are all acknowledged settles: its outcomes count, and its partition's frontier
 * moves. One whose assignment has been closed meanwhile is dropped; the ledger has counted its records as abandoned.
 */
export class Settle {
  readonly #options: SettleOptions

  constructor(options: SettleOptions) {
    this.#options = options
  }

  acknowledged(batch: Batch): void {
    const { assignment, task } = batch
    // The epoch is checked here again: the partition may have been taken away since the batch came from its worker.
    if (this.#options.assignments.byEpoch(assignment.epoch) !== undefined) {
      assignment.ledger.settle(batch.entry, batch.tally)
      if (batch.records > 0) this.#options.events.settled(batch, performance.now() - task.takenAtMs)
    }
    this.drop(batch)
  }

  drop(batch: Batch): void {
    batch.state = 'ended'
    const { task } = batch
    if (--task.open === 0) this.#options.next(task)
    this.#options.ended()
  }
}
