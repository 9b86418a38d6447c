import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import type { Properties } from '../confluent/client.ts'
import type { OutputTopics } from '../confluent/output-topics.ts'
import { refusedByClient } from '../confluent/produce-failure.ts'
import { ErrorCode, type KafkaError } from '../kafka-error.ts'
import type { ProduceFailure, TransportEvents } from '../ports.ts'
import type { Addon } from './addon.ts'
import { ProducerConnection } from './producer-connection.ts'

const ROLE = 'producer of single rows'
/** After a full queue. */
const RETRY_MS = 5

/**
 * Sends each row in a request of its own, so that none fails for another's fault. It is a client beside the usual one,
 * made when the first such row comes: how many rows a request takes is a property of the client. Idempotent like that
 * one, so rows of a partition keep their order though several requests are under way.
 */
export class LoneProducer {
  readonly #addon: Addon
  readonly #properties: Properties
  readonly #outputs: OutputTopics
  readonly #events: TransportEvents
  readonly #attemptsMs: readonly number[] | undefined
  readonly #waiting = new Map<number, (failure: ProduceFailure | undefined) => void>()
  #connecting: Promise<void> | undefined
  #connection: ProducerConnection | undefined
  /** Rows are handed over in the order in which they came, however long the client takes to connect. */
  #last: Promise<void> = Promise.resolve()
  #lastNumber = 0
  #closed = false

  constructor(
    addon: Addon,
    properties: Properties,
    outputs: OutputTopics,
    events: TransportEvents,
    attemptsMs: readonly number[] | undefined
  ) {
    this.#addon = addon
    this.#properties = {
      ...properties,
      'batch.num.messages': 1,
      'linger.ms': 0,
      'statistics.interval.ms': 0,
      'delivery.report.only.error': false
    }
    this.#outputs = outputs
    this.#events = events
    this.#attemptsMs = attemptsMs
  }

  produce(slab: Slab, row: number, inputPartition: number): Promise<ProduceFailure | undefined> {
    const { promise, resolve } = Promise.withResolvers<ProduceFailure | undefined>()
    this.#last = this.#last.then(() => this.#hand(slab, row, inputPartition, resolve))
    return promise
  }

  /** Rows that are under way have failed then, as far as is known. */
  async close(flushMs: number): Promise<void> {
    this.#closed = true
    await this.#connecting?.catch(() => undefined)
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) {
      if (this.#waiting.size > 0) await connection.client.flush(flushMs)
      await connection.close(ROLE)
    }
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
      const connection = this.#connection
      if (connection === undefined) return settle(DISCONNECTED)
      connection.counted(this.#outputs.names, this.#outputs.partitions)
      const { code, topic } = connection.hand(slab, row, row + 1, number, inputPartition)
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
    const listener = {
      reported: (number: number, _rows: number, failure: ProduceFailure | undefined) => {
        const settle = this.#waiting.get(number)
        this.#waiting.delete(number)
        settle?.(failure)
      },
      error: (error: ProduceFailure & { readonly fatal: boolean }) => this.#events.producerError(error)
    }
    this.#connection = await ProducerConnection.open(this.#addon, ROLE, this.#properties, listener, this.#attemptsMs)
  }
}

const DISCONNECTED: ProduceFailure = { code: ErrorCode.STATE, message: 'the producer is disconnected' }
