import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode, type KafkaError } from '../kafka-error.ts'
import type { ProduceFailure, TransportEvents } from '../ports.ts'
import { Producer, WITHOUT_TOPIC_PROPERTIES, type ClientError, type ProducerClient, type Properties } from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import type { OutputTopics } from './output-topics.ts'
import { refusedByClient } from './produce-failure.ts'
import { RowWriter } from './row-writer.ts'

const ROLE = 'producer of single rows'
/** After a full queue. */
const RETRY_MS = 5

/**
 * Sends each row in a request of its own, so that none fails for another's fault. It is a client beside the usual one,
 * made when the first such row comes: how many rows a request takes is a property of the client. Idempotent like that
 * one, so rows of a partition keep their order though several requests are under way; and it reports every row, which is
 * too dear for the usual one.
 */
export class LoneProducer {
  readonly #properties: Properties
  readonly #attemptsMs: readonly number[] | undefined
  readonly #events: TransportEvents
  readonly #writer: RowWriter
  readonly #waiting = new Map<number, (failure: ProduceFailure | undefined) => void>()
  #connecting: Promise<void> | undefined
  #connection: ProducerClient | undefined
  /** Rows are handed over in the order in which they came, however long the client takes to connect. */
  #last: Promise<void> = Promise.resolve()
  #lastNumber = 0
  #closed = false

  constructor(
    properties: Properties,
    outputs: OutputTopics,
    events: TransportEvents,
    attemptsMs: readonly number[] | undefined
  ) {
    this.#properties = {
      ...properties,
      'batch.num.messages': 1,
      'linger.ms': 0,
      'statistics.interval.ms': 0,
      'delivery.report.only.error': false,
      dr_cb: true
    }
    this.#attemptsMs = attemptsMs
    this.#events = events
    this.#writer = new RowWriter(outputs)
  }

  produce(slab: Slab, row: number, inputPartition: number): Promise<ProduceFailure | undefined> {
    const { promise, resolve } = Promise.withResolvers<ProduceFailure | undefined>()
    this.#last = this.#last.then(() => this.#hand(slab, row, inputPartition, resolve))
    return promise
  }

  /** Rows that are under way have failed then, as far as is known. */
  async close(flushMs: number): Promise<void> {
    this.#closed = true
    if (this.#connection !== undefined) await disconnectClient(this.#connection, ROLE, flushMs)
    this.#writer.attach(undefined)
    for (const resolve of this.#waiting.values()) resolve(DISCONNECTED)
    this.#waiting.clear()
  }

  async #hand(
    slab: Slab,
    row: number,
    inputPartition: number,
    settle: (failure: ProduceFailure | undefined) => void
  ): Promise<void> {
    const failure = await this.#connected()
    if (failure !== undefined) return settle(failure)
    const number = ++this.#lastNumber
    for (;;) {
      if (this.#closed) return settle(DISCONNECTED)
      const { code, topic } = this.#writer.write(slab, row, inputPartition, number)
      if (code === ErrorCode.NONE) return void this.#waiting.set(number, settle)
      if (code !== ErrorCode.QUEUE_FULL) return settle(refusedByClient(code, topic))
      await delay(RETRY_MS)
    }
  }

  /** Answers why not. The next row tries again. */
  async #connected(): Promise<ProduceFailure | undefined> {
    if (this.#closed) return DISCONNECTED
    this.#connecting ??= this.#connect()
    try {
      await this.#connecting
      return undefined
    } catch (error) {
      this.#connecting = undefined
      const { code, message } = error as KafkaError
      return { code, message }
    }
  }

  async #connect(): Promise<void> {
    const make = () => new Producer(this.#properties, WITHOUT_TOPIC_PROPERTIES)
    const client = await connectClient(ROLE, make, this.#attemptsMs)
    client.on('delivery-report', (error: ClientError | null, { opaque }: { readonly opaque?: number }) => {
      const settle = this.#waiting.get(opaque as number)
      this.#waiting.delete(opaque as number)
      settle?.(error ? { code: error.code, message: error.message } : undefined)
    })
    onError(client, error => this.#events.producerError(error))
    client.setPollInBackground(true)
    this.#connection = client
    this.#writer.attach(client)
    // Nobody waited for it.
    if (this.#closed) await disconnectClient(client, ROLE, 0)
  }
}

const DISCONNECTED: ProduceFailure = { code: ErrorCode.STATE, message: 'the producer is disconnected' }
