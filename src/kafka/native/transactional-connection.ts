import type { MetadataSource } from '../librdkafka/output-topics.ts'
import type { RowSink } from '../librdkafka/row-sink.ts'
import type {
  ConnectionWanted,
  TransactionalConnection,
  TransactionCallback
} from '../librdkafka/transactional-client.ts'
import type { CommitOffset, ProduceFailure } from '../ports.ts'
import type { Addon, NativeConsumerClient, NativeProblem, NativeProducerClient } from './addon.ts'
import { ProducerConnection } from './producer-connection.ts'

/** The addon's producer, for transactions. */
export class NativeTransactionalConnection implements TransactionalConnection<NativeConsumerClient> {
  readonly #connection: ProducerConnection
  readonly rows: RowSink

  static async open(
    addon: Addon,
    { properties, alone, listener, attemptsMs }: ConnectionWanted
  ): Promise<NativeTransactionalConnection> {
    const all = { ...properties, 'delivery.report.only.error': true, 'statistics.interval.ms': 0 }
    const reports = {
      reported: (batch: number, _rows: number, failure: ProduceFailure | undefined) => {
        if (failure !== undefined) listener.rowFailed({ ...failure, batch: alone ? batch : undefined })
      },
      error: (error: ProduceFailure & { readonly fatal: boolean }) => listener.error(error)
    }
    const connection = await ProducerConnection.open(addon, 'producer', all, reports, attemptsMs)
    return new NativeTransactionalConnection(connection)
  }

  private constructor(connection: ProducerConnection) {
    this.#connection = connection
    this.rows = connection
  }

  get client(): NativeProducerClient {
    return this.#connection.client
  }

  getMetadata(...call: Parameters<MetadataSource['getMetadata']>): void {
    this.#connection.getMetadata(...call)
  }

  counted(topics: readonly string[], partitions: readonly number[]): void {
    this.#connection.counted(topics, partitions)
  }

  initTransactions(timeoutMs: number, callback: TransactionCallback): void {
    void this.#answer(this.client.initTransactions(timeoutMs), callback)
  }

  beginTransaction(callback: TransactionCallback): void {
    callback(this.client.beginTransaction())
  }

  sendOffsets(
    offsets: readonly CommitOffset[],
    group: NativeConsumerClient,
    timeoutMs: number,
    callback: TransactionCallback
  ): void {
    void this.#answer(this.client.sendOffsets(offsets, group, timeoutMs), callback)
  }

  commitTransaction(timeoutMs: number, callback: TransactionCallback): void {
    void this.#answer(this.client.commitTransaction(timeoutMs), callback)
  }

  abortTransaction(timeoutMs: number, callback: TransactionCallback): void {
    void this.#answer(this.client.abortTransaction(timeoutMs), callback)
  }

  close(role: string): Promise<void> {
    return this.#connection.close(role)
  }

  /** What rows have been reported of is told before. */
  async #answer(answer: Promise<NativeProblem | undefined>, callback: TransactionCallback): Promise<void> {
    const problem = await answer
    this.#connection.serve()
    callback(problem)
  }
}
