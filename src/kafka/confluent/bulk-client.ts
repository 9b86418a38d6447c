import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode } from '../kafka-error.ts'
import type { DeliveryReport, ProduceFailure } from '../ports.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { Producer, WITHOUT_TOPIC_PROPERTIES, type ClientError, type ProducerClient, type Properties } from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import type { OutputTopics } from './output-topics.ts'
import { ProducerEvents } from './producer-events.ts'
import { RowWriter } from './row-writer.ts'

/** librdkafka's default. */
const DEFAULT_DELIVERY_TIMEOUT_MS = 300_000
/** So long may requests that are under way when a row fails take to be answered. */
const SETTLE_TIMEOUT_MS = 2_000
const SETTLE_POLL_MS = 5
/** The first statistics that are believed after a failure may have been made before it. */
const HEARD_ENOUGH = 2

/** Rows that were left in a client of which another row has failed. */
const GIVEN_UP: ProduceFailure = { code: ErrorCode.PURGE_QUEUE, message: 'given up, as another row has failed' }

export interface BulkClientEvents {
  delivered(report: DeliveryReport): void
  /** A row has failed. The client is to be closed: it sends nothing any more, or nothing that may be sent. */
  failed(client: BulkClient): void
  error(error: ClientError & { readonly fatal: boolean }): void
}

export interface BulkClientOptions {
  readonly properties: Properties
  readonly outputs: OutputTopics
  readonly events: BulkClientEvents
  readonly statisticsIntervalMs: number
  readonly attemptsMs: readonly number[] | undefined
}

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
export class BulkClient {
  readonly connection: ProducerClient
  readonly #events: BulkClientEvents
  readonly #writer: RowWriter
  readonly #deliveryTimeoutMs: number
  readonly #acknowledgements = new Acknowledgements()
  readonly #callbacks: ProducerEvents
  #failure: ProduceFailure | undefined
  /** Since the failure: how many statistics in a row had nothing under way. */
  #heard = 0

  static async open(options: BulkClientOptions): Promise<BulkClient> {
    const properties = {
      ...options.properties,
      'enable.gapless.guarantee': true,
      'delivery.timeout.ms': 0,
      'delivery.report.only.error': true,
      'statistics.interval.ms': options.statisticsIntervalMs,
      dr_cb: true
    }
    const make = () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES)
    return new BulkClient(await connectClient('producer', make, options.attemptsMs), options)
  }

  private constructor(connection: ProducerClient, { properties, outputs, events }: BulkClientOptions) {
    this.connection = connection
    this.#events = events
    this.#deliveryTimeoutMs = Number(properties['delivery.timeout.ms'] ?? DEFAULT_DELIVERY_TIMEOUT_MS)
    this.#writer = new RowWriter(outputs)
    this.#writer.attach(connection)
    this.#callbacks = new ProducerEvents(this.#acknowledgements, {
      delivered: report => events.delivered(report),
      failed: failure => this.#fail(failure),
      heard: inFlight => {
        this.#heard = inFlight === 0 ? this.#heard + 1 : 0
      },
      fault: message => events.error({ code: ErrorCode.STATE, message, fatal: true })
    })
    connection.on('delivery-report', this.#callbacks.onReport)
    connection.on('event.stats', statistics => {
      this.#callbacks.onStatistics(statistics)
      this.#keepTime()
    })
    onError(connection, error => {
      // That it stops where a row was refused is what it is meant to do; the row's report says of what.
      if (!error.message.includes('gap-less guarantee')) events.error(error)
    })
    // Before the client is connected this would be a segmentation fault.
    connection.setPollInBackground(true)
  }

  get outstanding(): number {
    return this.#acknowledgements.outstanding
  }

  /** Answers the client's error code. */
  hand(
    slab: Slab,
    row: number,
    batch: number,
    inputPartition: number
  ): { readonly code: number; readonly topic: string } {
    const handed = this.#writer.write(slab, row, inputPartition)
    if (handed.code === ErrorCode.NONE) this.#acknowledgements.add(handed.topic, handed.partition, batch)
    return handed
  }

  /** After a failure: waits a while for the answers to requests that are under way. */
  async settled(): Promise<void> {
    const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS
    while (this.outstanding > 0 && this.#heard < HEARD_ENOUGH && performance.now() < deadlineMs) {
      await delay(SETTLE_POLL_MS)
    }
  }

  async close(flushMs: number): Promise<void> {
    try {
      await disconnectClient(this.connection, 'producer', flushMs)
    } finally {
      this.#callbacks.close()
      this.#writer.attach(undefined)
    }
  }

  /** Closes it after a failure. Rows of which nothing is known then have failed, too. */
  async abandon(): Promise<void> {
    try {
      await this.close(0)
    } finally {
      const timedOut = this.#failure?.code === ErrorCode.MESSAGE_TIMED_OUT
      const left = timedOut ? (this.#failure as ProduceFailure) : GIVEN_UP
      this.#acknowledgements.abandoned(left, report => this.#events.delivered(report))
    }
  }

  #fail(failure: ProduceFailure): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    this.#heard = 0
    this.#events.failed(this)
  }

  #keepTime(): void {
    const oldestMs = this.#acknowledgements.oldestMs()
    if (oldestMs === undefined || performance.now() - oldestMs < this.#deliveryTimeoutMs) return
    const message = `a row has not been acknowledged within ${this.#deliveryTimeoutMs} ms`
    this.#fail({ code: ErrorCode.MESSAGE_TIMED_OUT, message })
  }
}
