import type { DeliveryReport, RecordProducer } from '../kafka/ports.ts'
import type { Batch } from './batch.ts'

export interface ProduceOptions {
  readonly producer: RecordProducer
  /** Every row of the batch is acknowledged by all in-sync replicas. */
  next(batch: Batch): void
  failed(error: Error): void
}

/** A batch on its way to the brokers. */
interface Shipment {
  readonly batch: Batch
  readonly number: number
  /** The first row that the client has not taken. */
  nextRow: number
  unreported: number
}

/**
 * Hands the rows of released batches to the producer, in the order of release, and counts delivery reports. A full
 * producer queue holds back what comes next until reports have made room.
 */
export class Produce {
  readonly #options: ProduceOptions
  readonly #shipments = new Map<number, Shipment>()
  /** Shipments that the client has not wholly taken, in order. */
  readonly #waiting: Shipment[] = []
  #lastNumber = 0

  constructor(options: ProduceOptions) {
    this.#options = options
  }

  /** Batches with rows that are not acknowledged. */
  get unacknowledged(): number {
    return this.#shipments.size
  }

  release(batch: Batch): void {
    if (batch.firstRow === batch.endRow) return this.#options.next(batch)
    const shipment = { batch, number: ++this.#lastNumber, nextRow: batch.firstRow, unreported: 0 }
    this.#shipments.set(shipment.number, shipment)
    if (this.#waiting.length > 0 || !this.#offer(shipment)) this.#waiting.push(shipment)
  }

  delivered(report: DeliveryReport): void {
    const shipment = this.#shipments.get(report.batch)
    if (shipment === undefined) throw new Error(`a delivery report for batch ${report.batch}, which is not in flight`)
    if (report.error !== undefined) return this.#refused(shipment, report.error)
    shipment.unreported -= report.rows
    this.#conclude(shipment)
    this.#drainWaiting()
  }

  /** Answers whether the client has taken all of it. */
  #offer(shipment: Shipment): boolean {
    const { batch, number, nextRow } = shipment
    const { partition } = batch.assignment
    const taken = this.#options.producer.produce(batch.task.slab, nextRow, batch.endRow, number, partition)
    shipment.unreported += taken - nextRow
    shipment.nextRow = taken
    return taken === batch.endRow
  }

  #drainWaiting(): void {
    while (this.#waiting.length > 0 && this.#offer(this.#waiting[0])) this.#waiting.shift()
  }

  #conclude(shipment: Shipment): void {
    if (shipment.unreported > 0 || shipment.nextRow < shipment.batch.endRow) return
    this.#shipments.delete(shipment.number)
    this.#options.next(shipment.batch)
  }

  /** The batch never settles, so its records are read again: nothing is lost by stopping here. */
  #refused({ batch }: Shipment, error: { code: number; message: string }): void {
    const { topic, partition } = batch.assignment
    this.#options.failed(
      new Error(`the brokers refused output of ${topic}/${partition}: ${error.message} (code ${error.code})`)
    )
  }
}
