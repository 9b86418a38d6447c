import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode } from '../kafka-error.ts'
import type { DeliveryReport, ProduceFailure } from '../ports.ts'
import type { Properties } from './client-types.ts'
import type { MetadataSource } from './output-topics.ts'
import type { Sunk } from './row-sink.ts'

/** librdkafka's default. */
const DEFAULT_DELIVERY_TIMEOUT_MS = 300_000
/** Rows that were left in a client of which another row has failed. */
const GIVEN_UP: ProduceFailure = { code: ErrorCode.PURGE_QUEUE, message: 'given up, as another row has failed' }

/**
 * A client that many rows share requests of, until one of them fails. Then it has to go, for the sake of order: an
 * idempotent client that gives a row up would renumber those behind it and send them on, ahead of the row that is going
 * to be produced again.
 *
 * Why nothing is written behind a row that failed:
 * - A row that brokers refuse: with `enable.gapless.guarantee` that is fatal for the client, in the thread that has had
 *   the answer and would send the next request. Requests that are on their way already are refused by the brokers, as
 *   their numbers do not follow on what was written.
 * - A row that takes too long: the client never gives one up by itself (`delivery.timeout.ms` is 0 for it). The time is
 *   kept here, and when it is over the client is closed with all that it holds. What it may have written until then is a
 *   beginning of that, in order.
 */
export interface BulkClient {
  readonly connection: MetadataSource
  /** Rows handed over and not yet told. */
  readonly outstanding: number
  hand(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): Sunk
  /** After a failure: waits a while for the answers to requests that are under way. */
  settled(): Promise<void>
  close(flushMs: number): Promise<void>
  /** Closes it after a failure. Rows of which nothing is known then have failed, too. */
  abandon(): Promise<void>
}

export interface BulkClientEvents {
  delivered(report: DeliveryReport): void
  /** A row has failed. The client is to be closed: it sends nothing any more, or nothing that may be sent. */
  failed(client: BulkClient): void
  error(error: ProduceFailure & { readonly fatal: boolean }): void
}

/** What such a client is made with, whatever else it is told. */
export const BULK_PROPERTIES: Properties = { 'enable.gapless.guarantee': true, 'delivery.timeout.ms': 0 }

/** That it stops where a row was refused is what such a client is meant to do; the row's report says of what. */
export function isItsStop({ message }: ProduceFailure): boolean {
  return message.includes('gap-less guarantee')
}

/** What a client has failed of first, or that its rows take too long. */
export class FirstFailure {
  readonly #deliveryTimeoutMs: number
  readonly #failed: () => void
  #first: ProduceFailure | undefined

  /** @param failed called once. */
  constructor(properties: Properties, failed: () => void) {
    this.#deliveryTimeoutMs = Number(properties['delivery.timeout.ms'] ?? DEFAULT_DELIVERY_TIMEOUT_MS)
    this.#failed = failed
  }

  /** Answers whether it is the first one. */
  is(failure: ProduceFailure): boolean {
    if (this.#first !== undefined) return false
    this.#first = failure
    this.#failed()
    return true
  }

  /** To be called now and then, with the time at which the oldest row under way was handed over. */
  keepTime(oldestMs: number | undefined): void {
    if (oldestMs === undefined || performance.now() - oldestMs < this.#deliveryTimeoutMs) return
    const message = `a row has not been acknowledged within ${this.#deliveryTimeoutMs} ms`
    this.is({ code: ErrorCode.MESSAGE_TIMED_OUT, message })
  }

  /** Of what rows have failed that are left in the client when it is closed. */
  get ofTheRest(): ProduceFailure {
    return this.#first?.code === ErrorCode.MESSAGE_TIMED_OUT ? this.#first : GIVEN_UP
  }
}
