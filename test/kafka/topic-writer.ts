import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type NativeProducer,
  type Properties,
  type ProducerClient
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'
import { toNative } from '../../src/kafka/confluent/headers.ts'
import { ErrorCode, KafkaError } from '../../src/kafka/kafka-error.ts'
import type { Header } from '../../src/index.ts'
import { until } from './until.ts'

/** A record to write; what is left out is null, none or now. */
export interface NewRecord {
  readonly key?: Uint8Array | string | null
  readonly value?: Uint8Array | string | null
  readonly headers?: readonly Header[]
  readonly timestampMs?: number
  /** Default: where Java clients put the key; at random without one. */
  readonly partition?: number
}

export interface WriterOptions {
  /** The records are then written in transactions, see `transaction`. */
  readonly transactionalId?: string
  /** How it logs in. */
  readonly login?: Properties
}

const ANY_PARTITION = -1
const MAX_MESSAGE_BYTES = 10_000_000
const TIMEOUT_MS = 60_000

type Callback = (error: ClientError | null | undefined) => void

/** Writes records as a test wants them: to a chosen partition, in a transaction that is aborted, 3 MB large. */
export class TopicWriter {
  readonly #client: ProducerClient
  readonly #native: NativeProducer
  #failure: Error | undefined

  static async connect(brokers: string, { transactionalId, login }: WriterOptions = {}): Promise<TopicWriter> {
    const properties = {
      'bootstrap.servers': brokers,
      'enable.idempotence': true,
      'message.max.bytes': MAX_MESSAGE_BYTES,
      'compression.type': 'lz4' as const,
      partitioner: 'murmur2_random',
      'delivery.report.only.error': true,
      dr_cb: true,
      ...login,
      ...(transactionalId === undefined ? {} : { 'transactional.id': transactionalId })
    }
    const client = await connectClient('test writer', () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES))
    client.setPollInBackground(true)
    if (transactionalId !== undefined) await called(callback => client.initTransactions(TIMEOUT_MS, callback))
    return new TopicWriter(client)
  }

  private constructor(client: ProducerClient) {
    this.#client = client
    this.#native = nativeProducer(client)
    client.on('delivery-report', error => (this.#failure ??= errorOf(error)))
  }

  /** Resolves when all of them are acknowledged. */
  async write(topic: string, records: Iterable<NewRecord>): Promise<void> {
    for (const record of records) {
      await until('room in the queue of the test writer', () => this.#send(topic, record))
    }
    await called(callback => this.#client.flush(TIMEOUT_MS, callback))
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Writes them in a transaction of their own. */
  async transaction(end: 'commit' | 'abort', topic: string, records: Iterable<NewRecord>): Promise<void> {
    await called(callback => this.#client.beginTransaction(callback))
    await this.write(topic, records)
    if (end === 'commit') await called(callback => this.#client.commitTransaction(TIMEOUT_MS, callback))
    else await called(callback => this.#client.abortTransaction(TIMEOUT_MS, callback))
  }

  disconnect(): Promise<void> {
    return disconnectClient(this.#client, 'test writer', 0)
  }

  #send(topic: string, { key, value, headers = [], timestampMs, partition = ANY_PARTITION }: NewRecord): boolean {
    const code = this.#native.produce(
      topic,
      partition,
      bytesOf(value),
      bytesOf(key),
      timestampMs ?? Date.now(),
      undefined,
      toNative(headers)
    )
    if (code !== ErrorCode.NONE && code !== ErrorCode.QUEUE_FULL) throw new Error(`produce answered ${code}`)
    return code === ErrorCode.NONE
  }
}

function bytesOf(content: Uint8Array | string | null | undefined): Uint8Array | null {
  return typeof content === 'string' ? Buffer.from(content) : (content ?? null)
}

function called(call: (callback: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call(error => (error ? reject(errorOf(error)) : resolve()))
  })
}

/** What the wrapper throws is an Error by its name only. */
function errorOf({ code, message }: ClientError): KafkaError {
  return new KafkaError(code, `the test writer failed: ${message}`)
}
