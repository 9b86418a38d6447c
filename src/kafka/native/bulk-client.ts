import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import type { Properties } from '../confluent/client.ts'
import type { OutputTopics } from '../confluent/output-topics.ts'
import { CONSEQUENCES } from '../confluent/produce-failure.ts'
import type { Sunk } from '../confluent/row-sink.ts'
import { ErrorCode } from '../kafka-error.ts'
import type { DeliveryReport, ProduceFailure } from '../ports.ts'
import type { Addon } from './addon.ts'
import { ProducerConnection } from './producer-connection.ts'
import { RowsUnderWay } from './rows-under-way.ts'

/** librdkafka's default. */
const DEFAULT_DELIVERY_TIMEOUT_MS = 300_000
/** How often it is looked whether a row takes too long. */
const CLOCK_MS = 250
/** So long may requests that are under way when a row fails take to be answered. */
const SETTLE_TIMEOUT_MS = 2_000
const SETTLE_POLL_MS = 5
const ROLE = 'producer'

/** Rows that were left in a client of which another row has failed. */
const GIVEN_UP: ProduceFailure = { code: ErrorCode.PURGE_QUEUE, message: 'given up, as another row has failed' }

export interface BulkClientEvents {
  delivered(report: DeliveryReport): void
  /** A row has failed. The client is to be closed: it sends nothing any more, or nothing that may be sent. */
  failed(client: BulkClient): void
  error(error: ProduceFailure & { readonly fatal: boolean }): void
}

export interface BulkClientOptions {
  readonly addon: Addon
  readonly properties: Properties
  readonly outputs: OutputTopics
  readonly events: BulkClientEvents
  readonly attemptsMs: readonly number[] | undefined
}

/**
 * A client that many rows share requests of, until one of them fails. Then it has to go, for the sake of order, as
 * confluent/bulk-client.ts explains: it stops where a row is refused (`enable.gapless.guarantee`), and gives none up by
 * itself (`delivery.timeout.ms` is 0 for it; the time is kept here).
 *
 * Every row is reported, and the addon counts the reports; so a failure is that of its own row. Rows that were given up for
 * another one's failure are told last, when the client has ended.
 */
export class BulkClient {
  readonly #options: BulkClientOptions
  readonly #underWay = new RowsUnderWay()
  readonly #deliveryTimeoutMs: number
  #connection!: ProducerConnection
  #clock: NodeJS.Timeout | undefined
  #failure: ProduceFailure | undefined
  /** Rows that were reported as given up, and are not told yet. */
  #givenUp = 0
  /** From now on whatever the client says is too late. */
  #over = false

  static async open(options: BulkClientOptions): Promise<BulkClient> {
    const client = new BulkClient(options)
    const properties = {
      ...options.properties,
      'enable.gapless.guarantee': true,
      'delivery.timeout.ms': 0,
      'delivery.report.only.error': false,
      'statistics.interval.ms': 0
    }
    const listener = {
      reported: (batch: number, rows: number, failure: ProduceFailure | undefined) =>
        client.#reported(batch, rows, failure),
      error: (error: ProduceFailure & { readonly fatal: boolean }) => client.#error(error)
    }
    client.#connection = await ProducerConnection.open(options.addon, ROLE, properties, listener, options.attemptsMs)
    client.#clock = setInterval(() => client.#keepTime(), CLOCK_MS).unref()
    return client
  }

  private constructor(options: BulkClientOptions) {
    this.#options = options
    this.#deliveryTimeoutMs = Number(options.properties['delivery.timeout.ms'] ?? DEFAULT_DELIVERY_TIMEOUT_MS)
  }

  get connection(): ProducerConnection {
    return this.#connection
  }

  get outstanding(): number {
    return this.#underWay.outstanding
  }

  hand(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): Sunk {
    const sunk = this.#connection.hand(slab, firstRow, endRow, batch, inputPartition)
    this.#underWay.add(batch, sunk.row - firstRow, performance.now())
    return sunk
  }

  /** After a failure: waits a while for the answers to requests that are under way. */
  async settled(): Promise<void> {
    const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS
    // What has not been sent is not to be: it would come behind the row that failed.
    this.#connection.client.purge(false)
    while (this.outstanding > this.#givenUp && performance.now() < deadlineMs) await delay(SETTLE_POLL_MS)
  }

  async close(flushMs: number): Promise<void> {
    clearInterval(this.#clock)
    try {
      if (flushMs > 0) await this.#connection.client.flush(flushMs)
    } finally {
      this.#over = true
      await this.#connection.close(ROLE)
    }
  }

  /** Closes it after a failure. Rows of which nothing is known then have failed, too. */
  async abandon(): Promise<void> {
    try {
      await this.close(0)
    } finally {
      const timedOut = this.#failure?.code === ErrorCode.MESSAGE_TIMED_OUT
      const left = timedOut ? (this.#failure as ProduceFailure) : GIVEN_UP
      this.#underWay.abandon(left, report => this.#options.events.delivered(report))
    }
  }

  #reported(batch: number, rows: number, failure: ProduceFailure | undefined): void {
    if (this.#over) return
    if (failure !== undefined) this.#fail(failure)
    if (failure !== undefined && CONSEQUENCES.has(failure.code)) {
      this.#givenUp += rows
      return
    }
    this.#underWay.take(batch, rows)
    this.#options.events.delivered(failure === undefined ? { batch, rows } : { batch, rows, error: failure })
  }

  #error(error: ProduceFailure & { readonly fatal: boolean }): void {
    // That it stops where a row was refused is what it is meant to do; the row's report says of what.
    if (!this.#over && !error.message.includes('gap-less guarantee')) this.#options.events.error(error)
  }

  #fail(failure: ProduceFailure): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    this.#options.events.failed(this)
  }

  #keepTime(): void {
    const oldestMs = this.#underWay.oldestMs()
    if (oldestMs === undefined || performance.now() - oldestMs < this.#deliveryTimeoutMs) return
    const message = `a row has not been acknowledged within ${this.#deliveryTimeoutMs} ms`
    this.#fail({ code: ErrorCode.MESSAGE_TIMED_OUT, message })
  }
}
