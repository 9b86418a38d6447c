import type {
  DeliveryReport,
  ProduceFailure,
  RecordConsumer,
  RecordProducer,
  RecordTransactions,
  RowFailure,
  Transport
} from '../../src/kafka/ports.ts'
import { uniqueName, type Harness, type TransportOptions } from './harness.ts'
import { slabOf, type Row } from './rows.ts'

export const text = (value: string) => Buffer.from(value)
export const nextTurn = () => new Promise(resolve => setTimeout(resolve, 1))

/** A connected producer, with all that it has told. */
export class Sender {
  readonly producer: RecordProducer
  readonly consumer: RecordConsumer
  readonly #transport: Transport
  readonly reports: DeliveryReport[] = []
  readonly errors: unknown[] = []
  /** Of transactions. */
  readonly failures: RowFailure[] = []
  /** Called with each report, after it was written down. */
  onReport: (report: DeliveryReport) => void = () => undefined

  static async connect(harness: Pick<Harness, 'transport'>, options: Partial<TransportOptions>): Promise<Sender> {
    const sender = new Sender(harness, options)
    await sender.producer.connect()
    return sender
  }

  private constructor(harness: Pick<Harness, 'transport'>, options: Partial<TransportOptions>) {
    const events = {
      delivered: (report: DeliveryReport) => {
        this.reports.push(report)
        this.onReport(report)
      },
      transactionFailed: (failure: RowFailure) => this.failures.push(failure),
      producerError: (error: unknown) => this.errors.push(error)
    }
    this.#transport = harness.transport({ group: uniqueName('group'), ...options, events })
    this.producer = this.#transport.producer
    this.consumer = this.#transport.consumer
  }

  get transactions(): RecordTransactions {
    if (this.#transport.transactions === undefined) throw new Error('this transport was made without transactions')
    return this.#transport.transactions
  }

  /** Answers how many of the rows were taken. */
  send(batch: number, rows: readonly Row[], inputPartition = 0): number {
    return this.producer.produce(slabOf(rows), 0, rows.length, batch, inputPartition)
  }

  /** Tries until all are taken. */
  async sendAll(batch: number, rows: readonly Row[], inputPartition = 0): Promise<void> {
    const slab = slabOf(rows)
    let row = 0
    while ((row = this.producer.produce(slab, row, rows.length, batch, inputPartition)) < rows.length) await nextTurn()
  }

  /** Hands them over one after the other, without waiting. */
  sendAlone(rows: readonly Row[], inputPartition = 0): Promise<(ProduceFailure | undefined)[]> {
    const slab = slabOf(rows)
    return Promise.all(rows.map((_, row) => this.producer.produceAlone(slab, row, inputPartition)))
  }

  /** Rows of the batch that were reported, whatever became of them. */
  reported(batch: number): number {
    return sum(this.reports.filter(report => report.batch === batch))
  }

  failed(batch: number): number {
    return sum(this.reports.filter(report => report.batch === batch && report.error !== undefined))
  }

  async settled(): Promise<void> {
    while (this.producer.outstanding > 0) await nextTurn()
    await nextTurn()
  }

  async disconnect(): Promise<void> {
    await this.producer.disconnect()
    await this.consumer.disconnect()
  }
}

function sum(reports: readonly DeliveryReport[]): number {
  return reports.reduce((total, { rows }) => total + rows, 0)
}
