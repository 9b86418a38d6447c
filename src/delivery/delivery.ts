import type { RecordConsumer, Transport, TransportEvents } from '../kafka/ports.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import type { Batch } from '../stages/batch.ts'
import type { Commit } from '../stages/commit.ts'
import type { Rewind } from '../stages/rewind.ts'
import type { Events } from '../telemetry/events.ts'

/**
 * The last part of the way: released batches go to Kafka, and the offsets that they came from. There are two, and
 * `DELIVERY` chooses: `atLeastOnce` and `exactlyOnce`.
 */
export interface Delivery extends Pick<TransportEvents, 'delivered' | 'transactionFailed'> {
  /** The batch is the next one of its partition; nothing comes after it before it does. */
  release(batch: Batch): void
  /** Called by the loop, between polls. */
  step(): void
  /** Commits what has settled of these, which have nothing in flight. Resolves also if that fails; it is logged. */
  now(assignments: readonly Assignment[]): Promise<void>
  /** The assignment is fenced: what waits here of it is dropped. What is with the client ends by itself. */
  close(assignment: Assignment): void
}

/** What both need. */
export interface DeliveryOptions {
  readonly transport: Transport
  /** The output that tells of records; -1 where none does. */
  readonly metrics: number
  readonly consumer: RecordConsumer
  readonly assignments: Assignments
  readonly commit: Commit
  readonly rewind: Rewind
  readonly events: Events
  /** All that came of the batch is where it belongs. */
  next(batch: Batch): void
  /** Nothing will come of the batch. */
  drop(batch: Batch): void
  failed(error: Error): void
}
