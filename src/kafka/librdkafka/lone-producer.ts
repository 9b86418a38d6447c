import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode, type KafkaError } from '../kafka-error.ts'
import type { ProduceFailure } from '../ports.ts'
import type { Properties } from './client-types.ts'
import { refusedByClient } from './produce-failure.ts'
import type { Sunk } from './row-sink.ts'

/** After a full queue. */
const RETRY_MS = 5
const DISCONNECTED: ProduceFailure = { code: ErrorCode.STATE, message: 'the producer is disconnected' }

/** What such a client is made with, whatever else it is told. */
export const LONE_PROPERTIES: Properties = {
  'batch.num.messages': 1,
  'linger.ms': 0,
  'statistics.interval.ms': 0,
  'delivery.report.only.error': false
}
export const LONE_ROLE = 'producer of single rows'

/** A connected client that puts each row into a request of its own. */
export interface LoneClient {
  /** Copies the row. `number` comes back with its report. */
  hand(slab: Slab, row: number, inputPartition: number, number: number): Pick<Sunk, 'code' | 'topic'>
  close(flushMs: number): Promise<void>
}

/** Told what has become of the row that was handed over under this number; undefined: it was acknowledged. */
export type LoneReport = (number: number, failure: ProduceFailure | undefined) => void

/**
 * Sends each row in a request of its own, so that none fails for another's fault. It has a client beside the usual one,
 * made when the first such row comes: how many rows a request takes is a property of the client. Idempotent like that
 * one, so rows of a partition keep their order though several requests are under way; and it reports every row.
 */
export class LoneProducer {
  readonly #connect: (reported: LoneReport) => Promise<LoneClient>
  readonly #waiting = new Map<number, (failure: ProduceFailure | undefined) => void>()
  #connecting: Promise<void> | undefined
  #client: LoneClient | undefined
  /** Rows are handed over in the order in which they came, however long the client takes to connect. */
  #last: Promise<void> = Promise.resolve()
  #lastNumber = 0
  #closed = false

  constructor(connect: (reported: LoneReport) => Promise<LoneClient>) {
    this.#connect = connect
  }

  produce(slab: Slab, row: number, inputPartition: number): Promise<ProduceFailure | undefined> {
    const { promise, resolve } = Promise.withResolvers<ProduceFailure | undefined>()
    this.#last = this.#last.then(() => this.#hand(slab, row, inputPartition, resolve))
    return promise
  }

  /** Rows that are under way have failed then, as far as is known. */
  async close(flushMs: number): Promise<void> {
    this.#closed = true
    await this.#client?.close(this.#waiting.size > 0 ? flushMs : 0)
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
      if (this.#closed || this.#client === undefined) return settle(DISCONNECTED)
      const { code, topic } = this.#client.hand(slab, row, inputPartition, number)
      if (code === ErrorCode.NONE) return void this.#waiting.set(number, settle)
      if (code !== ErrorCode.QUEUE_FULL) return settle(refusedByClient(code, topic))
      await delay(RETRY_MS)
    }
  }

  /** Answers why not. The next row tries again. */
  async #connected(): Promise<ProduceFailure | undefined> {
    if (this.#closed) return DISCONNECTED
    this.#connecting ??= this.#open()
    try {
      await this.#connecting
      return undefined
    } catch (error) {
      this.#connecting = undefined
      const { code, message } = error as KafkaError
      return { code, message }
    }
  }

  async #open(): Promise<void> {
    const client = await this.#connect((number, failure) => {
      const settle = this.#waiting.get(number)
      this.#waiting.delete(number)
      settle?.(failure)
    })
    // Nobody has waited for it.
    if (this.#closed) await client.close(0)
    else this.#client = client
  }
}
