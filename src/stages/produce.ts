import type { DeliveryReport, ProduceFailure, RecordProducer, TopicPartition } from '../kafka/ports.ts'
import { refusal, remedyFor, summaryRefusal } from '../kafka/produce-errors.ts'
import type { Assignment } from '../offsets/assignment.ts'
import type { Events } from '../telemetry/events.ts'
import type { Batch, Task } from './batch.ts'
import type { Linger } from './linger.ts'

export interface ProduceOptions {
  readonly producer: RecordProducer
  readonly linger: Linger
  readonly events: Events
  /** Every row of the batch is acknowledged by all in-sync replicas. */
  next(batch: Batch): void
  /** Nothing will come of the batch: its assignment is closed or about to be read again. */
  drop(batch: Batch): void
  /** Answers whether the batch takes the way of single rows, or waits behind one that does; see `Isolate`. */
  isolate(batch: Batch): boolean
  /** The partition is to be read again from its frontier. */
  rewind(assignment: Assignment, isolate: boolean): void
  failed(error: Error): void
}

/** A batch on its way to the brokers. */
interface Shipment {
  readonly batch: Batch
  readonly number: number
  /** The first row that the client has not taken. */
  nextRow: number
  unreported: number
  failed: boolean
}

/**
 * Hands the rows of released batches to the producer, in the order of release and when `Linger` says so, and counts
 * delivery reports. A full producer queue holds back what comes next until there is room.
 *
 * What can't be delivered is not given up: `kafka/produce-errors.ts` says which failures are waited out, which send the
 * partition back to its frontier, and which end the process.
 */
export class Produce {
  readonly #options: ProduceOptions
  readonly #shipments = new Map<number, Shipment>()
  /** Shipments that the client has not wholly taken, in order. */
  #waiting: Shipment[] = []
  /** What these lie in, which is free only once they have been acknowledged. */
  readonly #slabs = new Set<Task>()
  /** Since so long what waits is being handed over, and so many rows have been; until there was no room, or nothing left. */
  #handing: { readonly sinceMs: number; rows: number } | undefined
  #timer: NodeJS.Timeout | undefined
  #lastNumber = 0

  constructor(options: ProduceOptions) {
    this.#options = options
  }

  /** Batches with rows that are not acknowledged. */
  get unacknowledged(): number {
    return this.#shipments.size
  }

  /** Whether rows of this partition may still be written, be they of an earlier assignment. */
  underWay({ topic, partition }: TopicPartition): boolean {
    return this.#shipments
      .values()
      .some(({ batch: { assignment } }) => assignment.topic === topic && assignment.partition === partition)
  }

  release(batch: Batch): void {
    if (batch.stale) return this.#options.drop(batch)
    if (this.#options.isolate(batch)) return
    this.ship(batch)
  }

  /** All that came before it has been handed over, or has been through the way of single rows. */
  ship(batch: Batch): void {
    if (batch.firstRow === batch.endRow) return this.#options.next(batch)
    const shipment = { batch, number: ++this.#lastNumber, nextRow: batch.firstRow, unreported: 0, failed: false }
    this.#shipments.set(shipment.number, shipment)
    this.#waiting.push(shipment)
    this.#slabs.add(batch.task)
    if (this.#handing === undefined) this.step()
  }

  /** Called by the loop, too: there may be room again without a report. */
  step(): void {
    while (this.#waiting.length > 0) {
      const [shipment] = this.#waiting
      if (shipment.batch.stale) this.#abort(shipment)
      else if (!this.#isDue() || !this.#offer(shipment)) return
      this.#waiting.shift()
    }
    this.#slabs.clear()
    if (this.#handing !== undefined) this.#options.linger.handedOver(this.#handing.rows, this.#handing.sinceMs)
    this.#handing = undefined
  }

  delivered(report: DeliveryReport): void {
    const shipment = this.#shipments.get(report.batch)
    if (shipment === undefined) throw new Error(`a delivery report for batch ${report.batch}, which is not in flight`)
    shipment.unreported -= report.rows
    if (report.error !== undefined) this.#refused(shipment, report.error)
    this.#conclude(shipment)
    this.step()
  }

  /** Partitions that are to be given back wait for nothing. */
  #isDue(): boolean {
    if (this.#handing !== undefined) return true
    const nowMs = performance.now()
    const dueMs = this.#options.linger.dueMs(this.#slabs.size)
    if (nowMs < dueMs && !this.#waiting.some(({ batch }) => batch.assignment.state === 'draining')) {
      // Its clock counts whole milliseconds, so it may be a little early, which does no harm.
      this.#timer ??= setTimeout(() => {
        this.#begin(performance.now())
        this.step()
      }, dueMs - nowMs)
      return false
    }
    this.#begin(nowMs)
    return true
  }

  #begin(nowMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#handing ??= { sinceMs: nowMs, rows: 0 }
  }

  /** Answers whether the client has taken all of it. */
  #offer(shipment: Shipment): boolean {
    const { batch, number, nextRow } = shipment
    const { partition } = batch.assignment
    const taken = this.#options.producer.produce(batch.task.slab, nextRow, batch.endRow, number, partition)
    shipment.unreported += taken - nextRow
    shipment.nextRow = taken
    if (this.#handing !== undefined) this.#handing.rows += taken - nextRow
    return taken === batch.endRow
  }

  /** No more of it is handed over. */
  #abort(shipment: Shipment): void {
    shipment.failed = true
    shipment.nextRow = shipment.batch.endRow
    this.#conclude(shipment)
  }

  #conclude({ batch, number, unreported, nextRow, failed }: Shipment): void {
    if (unreported > 0 || nextRow < batch.endRow) return
    if (!this.#shipments.delete(number)) return
    if (failed) this.#options.drop(batch)
    else this.#options.next(batch)
  }

  /** The batch does not settle, whatever becomes of it, so that its records are read again. */
  #refused(shipment: Shipment, failure: ProduceFailure): void {
    const { events, rewind, failed } = this.#options
    const { assignment, summaryTopic } = shipment.batch
    const first = !assignment.rewinding
    shipment.failed = true
    const remedy = remedyFor(failure.code)
    if (first) events.undelivered(assignment, failure, remedy)
    if (remedy === 'stop' && summaryTopic !== undefined)
      return failed(summaryRefusal(assignment, failure, summaryTopic))
    if (remedy === 'stop') return failed(refusal(assignment, failure))
    rewind(assignment, remedy === 'isolate')
  }
}
