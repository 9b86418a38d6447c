import type { Assignment } from '../offsets/assignment.ts'
import type { Batch } from './batch.ts'

export interface ResequenceOptions {
  /** The batch is the first of its partition and its rows are ready to be produced. */
  next(batch: Batch): void
  /** The batch's assignment is closed: nothing will come of it. */
  drop(batch: Batch): void
}

/**
 * Puts batches back into input order, partition by partition: workers finish in any order, but a batch is released only
 * when every earlier one of its partition has been. Bounded by the slabs that the batches lie in.
 */
export class Resequence {
  readonly #options: ResequenceOptions
  readonly #queues = new Map<Assignment, Batch[]>()

  constructor(options: ResequenceOptions) {
    this.#options = options
  }

  /** Announces a batch, in input order, before it is worked. */
  expect(batch: Batch): void {
    const queue = this.#queues.get(batch.assignment)
    if (queue === undefined) this.#queues.set(batch.assignment, [batch])
    else queue.push(batch)
  }

  /** Announces a batch that was cut off `batch`. */
  split(batch: Batch, rest: Batch): void {
    const queue = this.#queues.get(batch.assignment)
    if (queue !== undefined) queue.splice(queue.indexOf(batch) + 1, 0, rest)
  }

  isFirst(batch: Batch): boolean {
    return this.firstOf(batch.assignment) === batch
  }

  /** The oldest batch that has not been released. */
  firstOf(assignment: Assignment): Batch | undefined {
    return this.#queues.get(assignment)?.[0]
  }

  /** A batch has been worked: releases it and those behind it, as far as they are ready. */
  worked(batch: Batch): void {
    // One slab may hold several batches of a partition: the first of them to get here has released the others.
    if (batch.state !== 'worked') return
    const queue = this.#queues.get(batch.assignment)
    if (queue === undefined) return this.#options.drop(batch)
    while (queue.length > 0 && queue[0].state === 'worked') {
      const first = queue.shift() as Batch
      first.state = 'released'
      this.#options.next(first)
    }
    if (queue.length === 0) this.#queues.delete(batch.assignment)
  }

  /** The assignment is closed: what is ready is dropped now, what is with a worker when it comes back. */
  close(assignment: Assignment): void {
    const queue = this.#queues.get(assignment)
    this.#queues.delete(assignment)
    for (const batch of queue ?? []) if (batch.state === 'worked') this.#options.drop(batch)
  }
}
