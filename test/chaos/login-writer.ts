import { setTimeout as sleep } from 'node:timers/promises'
import type { BulkRecord } from '../../src/kafka/confluent/bulk-producer.ts'
import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ProducerClient
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient, onError } from '../../src/kafka/confluent/connection.ts'
import { toNative } from '../../src/kafka/confluent/headers.ts'
import { ErrorCode } from '../../src/kafka/kafka-error.ts'
import { until } from '../kafka/until.ts'

const ANY_PARTITION = -1
/** Records come in bursts, so that several batches of a partition are under way at once even at low rates. */
const BURST_MS = 200
/** Whatever happens to the brokers, they are back within this. */
const OUTLIVES_MS = 300_000

/** Writes records at a steady rate and counts which of them were acknowledged, whatever happens to the brokers. */
export class LoginWriter {
  acknowledged = 0
  /** The offset behind the last acknowledged record, by partition. */
  readonly ends: number[] = []
  readonly #client: ProducerClient
  readonly #topic: string
  #failure: Error | undefined

  static async connect(bootstrap: string, topic: string): Promise<LoginWriter> {
    const properties = {
      'bootstrap.servers': bootstrap,
      'enable.idempotence': true,
      'delivery.timeout.ms': OUTLIVES_MS,
      'compression.type': 'lz4' as const,
      'linger.ms': 5,
      'reconnect.backoff.max.ms': 500,
      partitioner: 'murmur2_random',
      dr_cb: true
    }
    return new LoginWriter(
      await connectClient('login writer', () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES)),
      topic
    )
  }

  private constructor(client: ProducerClient, topic: string) {
    this.#client = client
    this.#topic = topic
    client.setPollInBackground(true)
    client.on('delivery-report', (error, report) => this.#reported(error, report))
    onError(client, error => {
      if (error.fatal) this.#failure ??= new Error(`the login writer failed: ${error.message}`)
    })
  }

  /** Resolves when all are acknowledged. */
  async write(records: number, rate: number, recordAt: (number: number) => BulkRecord): Promise<void> {
    const startMs = performance.now()
    for (let sent = 0; sent < records; await sleep(BURST_MS)) {
      const due = Math.min(records, Math.floor(((performance.now() - startMs) * rate) / 1000))
      while (sent < due && this.#send(recordAt(sent))) sent++
      if (this.#failure !== undefined) throw this.#failure
    }
    await until('all logins are acknowledged', () => this.#allAcknowledged(records), OUTLIVES_MS)
  }

  disconnect(): Promise<void> {
    return disconnectClient(this.#client, 'login writer', 0)
  }

  #reported(error: ClientError | null, { partition, offset }: { partition: number; offset: number }): void {
    if (error) this.#failure ??= new Error(`a login could not be written: ${error.message}`)
    else this.acknowledged++
    this.ends[partition] = Math.max(this.ends[partition] ?? 0, offset + 1)
  }

  #allAcknowledged(records: number): boolean {
    if (this.#failure !== undefined) throw this.#failure
    return this.acknowledged === records
  }

  #send({ key, value, headers, timestampMs }: BulkRecord): boolean {
    const producer = nativeProducer(this.#client)
    const code = producer.produce(this.#topic, ANY_PARTITION, value, key, timestampMs, undefined, toNative(headers))
    if (code !== ErrorCode.NONE && code !== ErrorCode.QUEUE_FULL) throw new Error(`produce answered ${code}`)
    return code === ErrorCode.NONE
  }
}
