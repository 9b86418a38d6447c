import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode } from '../kafka-error.ts'
import {
  BULK_PROPERTIES,
  FirstFailure,
  isItsStop,
  type BulkClient,
  type BulkClientEvents
} from '../librdkafka/bulk-client.ts'
import type { OutputTopics } from '../librdkafka/output-topics.ts'
import type { Sunk } from '../librdkafka/row-sink.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { Producer, WITHOUT_TOPIC_PROPERTIES, type ProducerClient, type Properties } from './client.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { ProducerEvents } from './producer-events.ts'
import { RowWriter } from './row-writer.ts'

/** So long may requests that are under way when a row fails take to be answered. */
const SETTLE_TIMEOUT_MS = 2_000
const SETTLE_POLL_MS = 5
/** The first statistics that are believed after a failure may have been made before it. */
const HEARD_ENOUGH = 2

export interface BulkClientOptions {
  readonly properties: Properties
  readonly outputs: OutputTopics
  readonly events: BulkClientEvents
  readonly statisticsIntervalMs: number
  readonly attemptsMs: readonly number[] | undefined
}

/** `BulkClient` on kafka-javascript's raw `produce`; `Acknowledgements` says how it knows what has arrived. */
export class ConfluentBulkClient implements BulkClient {
  readonly connection: ProducerClient
  readonly #events: BulkClientEvents
  readonly #writer: RowWriter
  readonly #failure: FirstFailure
  readonly #acknowledgements = new Acknowledgements()
  readonly #callbacks: ProducerEvents
  /** Since the failure: how many statistics in a row had nothing under way. */
  #heard = 0

  static async open(options: BulkClientOptions): Promise<ConfluentBulkClient> {
    const properties = {
      ...options.properties,
      ...BULK_PROPERTIES,
      'delivery.report.only.error': true,
      'statistics.interval.ms': options.statisticsIntervalMs,
      dr_cb: true
    }
    const make = () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES)
    return new ConfluentBulkClient(await connectClient('producer', make, options.attemptsMs), options)
  }

  private constructor(connection: ProducerClient, { properties, outputs, events }: BulkClientOptions) {
    this.connection = connection
    this.#events = events
    this.#failure = new FirstFailure(properties, () => {
      this.#heard = 0
      events.failed(this)
    })
    this.#writer = new RowWriter(outputs)
    this.#writer.attach(connection)
    this.#callbacks = new ProducerEvents(this.#acknowledgements, {
      delivered: report => events.delivered(report),
      failed: failure => this.#failure.is(failure),
      heard: inFlight => {
        this.#heard = inFlight === 0 ? this.#heard + 1 : 0
      },
      fault: message => events.error({ code: ErrorCode.STATE, message, fatal: true })
    })
    connection.on('delivery-report', this.#callbacks.onReport)
    connection.on('event.stats', statistics => {
      this.#callbacks.onStatistics(statistics)
      this.#failure.keepTime(this.#acknowledgements.oldestMs())
    })
    onError(connection, error => {
      if (!isItsStop(error)) events.error(error)
    })
    // Before the client is connected this would be a segmentation fault.
    connection.setPollInBackground(true)
  }

  get outstanding(): number {
    return this.#acknowledgements.outstanding
  }

  hand(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): Sunk {
    for (let row = firstRow; row < endRow; row++) {
      const { topic, partition, code } = this.#writer.write(slab, row, inputPartition)
      if (code !== ErrorCode.NONE) return { row, code, topic }
      this.#acknowledgements.add(topic, partition, batch)
    }
    return { row: endRow, code: ErrorCode.NONE, topic: '' }
  }

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

  async abandon(): Promise<void> {
    try {
      await this.close(0)
    } finally {
      this.#acknowledgements.abandoned(this.#failure.ofTheRest, report => this.#events.delivered(report))
    }
  }
}
