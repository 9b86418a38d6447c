import type { Header } from '../../pipeline.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import {
  type NativeProducer,
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ProducerClient,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { type OutgoingHeader, toNative } from './headers.ts'

export interface BulkRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
  readonly timestampMs: number
}

const FLUSH_TIMEOUT_MS = 60_000
/** The client's own partitioner chooses. */
const ANY_PARTITION = -1

/**
 * Writes many records to one topic as fast as it goes, and knows at the end that all of them arrived. For samples and
 * tests: it reports failures only, so that there is nothing to count on the way.
 */
export class BulkProducer {
  readonly #properties: Properties
  readonly #topic: string
  #client!: ProducerClient
  #native!: NativeProducer
  #failure: KafkaError | undefined

  constructor(properties: Properties, topic: string) {
    this.#properties = properties
    this.#topic = topic
  }

  async connect(): Promise<void> {
    const properties = {
      'enable.idempotence': true,
      'compression.type': 'lz4',
      'linger.ms': 20,
      'batch.num.messages': 100_000,
      partitioner: 'murmur2_random',
      ...this.#properties,
      'delivery.report.only.error': true,
      dr_cb: true
    }
    this.#client = await connectClient(
      'sample producer',
      () => new Producer(properties as object, WITHOUT_TOPIC_PROPERTIES)
    )
    this.#client.on('delivery-report', error => {
      this.#failure ??= new KafkaError(error.code, `samples could not be written to ${this.#topic}: ${error.message}`)
    })
    onError(this.#client, error => {
      if (error.fatal) this.#failure ??= new KafkaError(error.code, error.message)
    })
    this.#client.setPollInBackground(true)
    this.#native = nativeProducer(this.#client)
  }

  /** Answers false if the queue is full: try again in a while. */
  send({ key, value, headers, timestampMs }: BulkRecord): boolean {
    return this.produce(value, key, timestampMs, toNative(headers))
  }

  /** The same without an object a record. */
  produce(
    value: Uint8Array | null,
    key: Uint8Array | null,
    timestampMs: number,
    headers: readonly OutgoingHeader[] | undefined
  ): boolean {
    if (this.#failure !== undefined) throw this.#failure
    const code = this.#native.produce(this.#topic, ANY_PARTITION, value, key, timestampMs, undefined, headers)
    if (code === ErrorCode.QUEUE_FULL) return false
    if (code !== ErrorCode.NONE) throw new KafkaError(code, `samples could not be written to ${this.#topic}: ${code}`)
    return true
  }

  /** Resolves when all that has been sent is acknowledged. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.flush(FLUSH_TIMEOUT_MS, error => (error ? reject(error) : resolve()))
    })
    // The queue is empty now; a failure was reported before that, but its callback may still be on its way.
    await new Promise(resolve => setTimeout(resolve, 50))
    if (this.#failure !== undefined) throw this.#failure
  }

  disconnect(): Promise<void> {
    return disconnectClient(this.#client, 'sample producer', 0)
  }
}
