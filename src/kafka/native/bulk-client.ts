import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import {
  BULK_PROPERTIES,
  FirstFailure,
  isItsStop,
  type BulkClient,
  type BulkClientEvents
} from '../librdkafka/bulk-client.ts'
import type { Properties } from '../librdkafka/client-types.ts'
import { CONSEQUENCES } from '../librdkafka/produce-failure.ts'
import type { Sunk } from '../librdkafka/row-sink.ts'
import type { ProduceFailure } from '../ports.ts'
import type { Addon } from './addon.ts'
import { ProducerConnection } from './producer-connection.ts'
import { RowsUnderWay } from './rows-under-way.ts'

/** How often it is looked whether a row takes too long. */
const CLOCK_MS = 250
/** So long may requests that are under way when a row fails take to be answered. */
const SETTLE_TIMEOUT_MS = 2_000
const SETTLE_POLL_MS = 5
const ROLE = 'producer'

export interface BulkClientOptions {
  readonly addon: Addon
  readonly properties: Properties
  readonly events: BulkClientEvents
  readonly attemptsMs: readonly number[] | undefined
}

/**
 * `BulkClient` on the addon. Every row is reported, and the addon counts the reports; so a failure is that of its own row.
 * Rows that were given up for another one's failure are told last, when the client has ended.
 */
export class NativeBulkClient implements BulkClient {
  readonly #options: BulkClientOptions
  readonly #underWay = new RowsUnderWay()
  readonly #failure: FirstFailure
  #connection!: ProducerConnection
  #clock: NodeJS.Timeout | undefined
  /** Rows that were reported as given up, and are not told yet. */
  #givenUp = 0
  /** From now on whatever the client says is too late. */
  #over = false

  static async open(options: BulkClientOptions): Promise<NativeBulkClient> {
    const client = new NativeBulkClient(options)
    const properties = {
      ...options.properties,
      ...BULK_PROPERTIES,
      'delivery.report.only.error': false,
      'statistics.interval.ms': 0
    }
    const listener = {
      reported: (batch: number, rows: number, failure: ProduceFailure | undefined) =>
        client.#reported(batch, rows, failure),
      error: (error: ProduceFailure & { readonly fatal: boolean }) => client.#error(error)
    }
    client.#connection = await ProducerConnection.open(options.addon, ROLE, properties, listener, options.attemptsMs)
    const keepTime = () => client.#failure.keepTime(client.#underWay.oldestMs())
    client.#clock = setInterval(keepTime, CLOCK_MS).unref()
    return client
  }

  private constructor(options: BulkClientOptions) {
    this.#options = options
    this.#failure = new FirstFailure(options.properties, () => options.events.failed(this))
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

  async abandon(): Promise<void> {
    try {
      await this.close(0)
    } finally {
      this.#underWay.abandon(this.#failure.ofTheRest, report => this.#options.events.delivered(report))
    }
  }

  #reported(batch: number, rows: number, failure: ProduceFailure | undefined): void {
    if (this.#over) return
    if (failure !== undefined) this.#failure.is(failure)
    if (failure !== undefined && CONSEQUENCES.has(failure.code)) {
      this.#givenUp += rows
      return
    }
    this.#underWay.take(batch, rows)
    this.#options.events.delivered(failure === undefined ? { batch, rows } : { batch, rows, error: failure })
  }

  #error(error: ProduceFailure & { readonly fatal: boolean }): void {
    if (!this.#over && !isItsStop(error)) this.#options.events.error(error)
  }
}
