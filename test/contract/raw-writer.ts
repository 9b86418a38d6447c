import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ProducerClient
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'
import { toNative } from '../../src/kafka/confluent/headers.ts'
import { KafkaError } from '../../src/kafka/kafka-error.ts'
import type { NewRecord } from './harness.ts'

const MAX_BYTES = 8_000_000
const TIMEOUT_MS = 10_000

type Callback = (error: ClientError | null | undefined) => void

/** Puts records in a topic, past the transport that is tested; with an id, in transactions that stay open until ended. */
export class RawWriter {
  readonly #client: ProducerClient

  static async connect(brokers: string, transactionalId?: string): Promise<RawWriter> {
    const properties = {
      'bootstrap.servers': brokers,
      'message.max.bytes': MAX_BYTES,
      'linger.ms': 0,
      'enable.idempotence': true,
      ...(transactionalId !== undefined && { 'transactional.id': transactionalId })
    }
    const client = await connectClient('test writer', () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES))
    if (transactionalId !== undefined) await called(callback => client.initTransactions(TIMEOUT_MS, callback))
    return new RawWriter(client)
  }

  private constructor(client: ProducerClient) {
    this.#client = client
  }

  async write(topic: string, partition: number, records: readonly NewRecord[]): Promise<void> {
    const native = nativeProducer(this.#client)
    for (const { key = null, value = null, timestampMs = 0, headers = [] } of records) {
      const code = native.produce(topic, partition, value, key, timestampMs, undefined, toNative(headers))
      if (code !== 0) throw new Error(`could not append: error ${code}`)
    }
    await called(callback => this.#client.flush(TIMEOUT_MS, callback))
  }

  begin(): Promise<void> {
    return called(callback => this.#client.beginTransaction(callback))
  }

  /** Ends its transaction, and the writer with it. */
  async end(how: 'commit' | 'abort'): Promise<void> {
    if (how === 'commit') await called(callback => this.#client.commitTransaction(TIMEOUT_MS, callback))
    else await called(callback => this.#client.abortTransaction(TIMEOUT_MS, callback))
    await this.disconnect()
  }

  disconnect(): Promise<void> {
    return disconnectClient(this.#client, 'test writer', 0)
  }
}

function called(call: (callback: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call(error => (error ? reject(new KafkaError(error.code, `the test writer: ${error.message}`)) : resolve()))
  })
}
