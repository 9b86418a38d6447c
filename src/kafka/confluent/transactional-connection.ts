import { ErrorCode } from '../kafka-error.ts'
import type { CommitOffset } from '../ports.ts'
import {
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ConsumerClient,
  type ProducerClient
} from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import type { OutputTopics } from '../librdkafka/output-topics.ts'
import type { RowSink } from '../librdkafka/row-sink.ts'
import { RowWriter } from './row-writer.ts'
import type {
  ConnectionWanted,
  TransactionalConnection,
  TransactionCallback
} from '../librdkafka/transactional-client.ts'

/** Without `outputs` it takes no rows. */
type Wanted = Omit<ConnectionWanted, 'outputs' | 'attemptsMs'> & Partial<ConnectionWanted>

const NO_ROWS: RowSink = { hand: (_, row) => ({ row, code: ErrorCode.STATE, topic: '' }) }

/** kafka-javascript's producer, for transactions. */
export class ConfluentTransactionalConnection implements TransactionalConnection<ConsumerClient> {
  readonly client: ProducerClient
  readonly rows: RowSink

  static async open({
    properties,
    alone,
    outputs,
    listener,
    attemptsMs
  }: Wanted): Promise<ConfluentTransactionalConnection> {
    // What came with a row leaks where only failures are reported, so then nothing does.
    const all = { ...properties, 'delivery.report.only.error': !alone, dr_cb: true }
    const client = await connectClient('producer', () => new Producer(all, WITHOUT_TOPIC_PROPERTIES), attemptsMs)
    client.on('delivery-report', (error: ClientError | null, { opaque }: { opaque?: number }) => {
      if (error !== null) listener.rowFailed({ code: error.code, message: error.message, batch: opaque })
    })
    onError(client, error => listener.error(error))
    client.setPollInBackground(true)
    return new ConfluentTransactionalConnection(client, outputs && sinkOf(client, outputs, alone))
  }

  private constructor(client: ProducerClient, rows: RowSink = NO_ROWS) {
    this.client = client
    this.rows = rows
  }

  getMetadata(...call: Parameters<TransactionalConnection<ConsumerClient>['getMetadata']>): void {
    this.client.getMetadata(...(call as Parameters<ProducerClient['getMetadata']>))
  }

  initTransactions(timeoutMs: number, callback: TransactionCallback): void {
    this.client.initTransactions(timeoutMs, callback)
  }

  beginTransaction(callback: TransactionCallback): void {
    this.client.beginTransaction(callback)
  }

  sendOffsets(
    offsets: readonly CommitOffset[],
    group: ConsumerClient,
    timeoutMs: number,
    callback: TransactionCallback
  ): void {
    this.client.sendOffsetsToTransaction(offsets.map(toNative), group, timeoutMs, callback)
  }

  commitTransaction(timeoutMs: number, callback: TransactionCallback): void {
    this.client.commitTransaction(timeoutMs, callback)
  }

  abortTransaction(timeoutMs: number, callback: TransactionCallback): void {
    this.client.abortTransaction(timeoutMs, callback)
  }

  close(role: string): Promise<void> {
    return disconnectClient(this.client, role, 0)
  }
}

function sinkOf(client: ProducerClient, outputs: OutputTopics, alone: boolean): RowSink {
  const writer = new RowWriter(outputs)
  writer.attach(client)
  return {
    hand(slab, firstRow, endRow, batch, inputPartition) {
      for (let row = firstRow; row < endRow; row++) {
        const { topic, code } = writer.write(slab, row, inputPartition, alone ? batch : undefined)
        if (code !== ErrorCode.NONE) return { row, code, topic }
      }
      return { row: endRow, code: ErrorCode.NONE, topic: '' }
    }
  }
}

function toNative({ topic, partition, offset, metadata }: CommitOffset) {
  return metadata === undefined ? { topic, partition, offset } : { topic, partition, offset, metadata }
}
