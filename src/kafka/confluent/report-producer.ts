import type { MetricsWriter } from '../../telemetry/metrics-topic.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { within } from '../librdkafka/within.ts'
import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ProducerClient,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'

const ROLE = 'producer of metrics'
/** The client's own partitioner chooses. */
const ANY_PARTITION = -1
/** One attempt: the next report tries again. */
const ATTEMPTS_MS = [5_000]
const OWN = new Set([
  'transactional.id',
  'enable.gapless.guarantee',
  'transaction.timeout.ms',
  'statistics.interval.ms'
])

/**
 * Writes a record now and then, apart from everything that records depend on: a client of its own, made when the first
 * one comes, so that nothing waits for a topic that can't be written to, and no transaction holds it back.
 */
export class ReportProducer implements MetricsWriter {
  readonly #properties: Properties
  readonly #topic: string
  readonly #waiting = new Map<number, (error: ClientError | null) => void>()
  #connecting: Promise<ProducerClient> | undefined
  #lastNumber = 0
  #closed = false

  /** `properties`: those of the pipeline's producer, of which it takes what it needs to reach the brokers. */
  constructor(properties: Properties, topic: string) {
    const shared = Object.entries(properties).filter(([name]) => !OWN.has(name))
    this.#properties = {
      ...Object.fromEntries(shared),
      'enable.idempotence': false,
      acks: 'all',
      'linger.ms': 0,
      'message.timeout.ms': 10_000,
      'delivery.timeout.ms': 10_000,
      'queue.buffering.max.messages': 1000,
      'delivery.report.only.error': false,
      dr_cb: true
    }
    this.#topic = topic
  }

  async write(key: string, value: string, withinMs: number): Promise<void> {
    await within(this.#send(key, value), withinMs, `${this.#topic} has not taken them within ${withinMs} ms`)
  }

  /** What has not been acknowledged by now is given up. */
  async close(): Promise<void> {
    this.#closed = true
    // An attempt to connect can't be cut short; left to itself it would keep the process from ending.
    const client = await this.#connecting?.catch(() => undefined)
    if (client !== undefined) await disconnectClient(client, ROLE, 0)
  }

  async #send(key: string, value: string): Promise<void> {
    const client = await this.#connected()
    if (this.#closed) throw new KafkaError(ErrorCode.STATE, `the ${ROLE} is closed`)
    const number = ++this.#lastNumber
    const { promise, resolve } = Promise.withResolvers<ClientError | null>()
    const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)]
    const taken = nativeProducer(client).produce(
      this.#topic,
      ANY_PARTITION,
      valueBytes,
      keyBytes,
      Date.now(),
      number,
      undefined
    )
    if (taken !== ErrorCode.NONE) throw new KafkaError(taken, `the client does not take them (code ${taken})`)
    this.#waiting.set(number, resolve)
    const error = await promise
    if (error) throw new KafkaError(error.code, error.message)
  }

  async #connected(): Promise<ProducerClient> {
    this.#connecting ??= this.#connect()
    try {
      return await this.#connecting
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }

  async #connect(): Promise<ProducerClient> {
    const make = () => new Producer(this.#properties, WITHOUT_TOPIC_PROPERTIES)
    const client = await connectClient(ROLE, make, ATTEMPTS_MS)
    client.on('delivery-report', (error: ClientError | null, { opaque }: { readonly opaque?: number }) => {
      this.#waiting.get(opaque as number)?.(error)
      this.#waiting.delete(opaque as number)
    })
    // What goes wrong shows in the delivery reports; and the pipeline's own clients tell of brokers that are away.
    onError(client, () => undefined)
    client.setPollInBackground(true)
    return client
  }
}
