import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ProduceFailure, RecordProducer, TransportEvents } from '../ports.ts'
import { BulkClient } from './bulk-client.ts'
import type { Properties } from './client.ts'
import { RETRIABLE } from './connection.ts'
import { LoneProducer } from './lone-producer.ts'
import { OutputTopics } from './output-topics.ts'
import { CONSEQUENCES, refusedByClient } from './produce-failure.ts'

/** How long rows that are still queued may take when the producer is disconnected; after a drain there are none. */
const FLUSH_TIMEOUT_MS = 1_000

/**
 * How often the client says what has arrived. A row settles up to two intervals after its acknowledgement: at 100,000
 * rows a second, that is a sixth of what may be in flight. Statistics of a partition are 450 bytes of JSON, so that with
 * many partitions they are made less often: five partitions a millisecond keep them under 1 % of a core.
 */
const STATISTICS_INTERVAL_MS = 30
const PARTITIONS_PER_MS = 5

/** A client is replaced for as long as it takes; how long each attempt takes, so that something is heard of it. */
const REPLACE_ATTEMPTS_MS = [5_000]
/** Between attempts. */
const REPLACE_RETRY_MS = 500

export interface ProducerOptions {
  readonly producerProperties: Properties
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  readonly connectAttemptsMs?: readonly number[]
}

/**
 * `RecordProducer` on kafka-javascript's raw `produce`; `Acknowledgements` says how it knows what has arrived. A client
 * in which a row has failed is replaced; `BulkClient` says why.
 */
export class ConfluentProducer implements RecordProducer {
  readonly #options: ProducerOptions
  readonly #outputs: OutputTopics
  readonly #lone: LoneProducer
  readonly #events: TransportEvents
  /** Undefined while it is being replaced, and nothing is taken. */
  #client: BulkClient | undefined
  #replaced: BulkClient | undefined
  #statisticsIntervalMs = STATISTICS_INTERVAL_MS
  /** Rows that the client did not take, until that is told. */
  #refusals = 0
  /** Nothing is taken until all that was handed over before a row that was refused has been told. */
  #refusing = false
  #closing: Promise<void> | undefined

  constructor(options: ProducerOptions) {
    const { producerProperties, outputTopics, events, connectAttemptsMs } = options
    if (producerProperties['enable.idempotence'] !== true) {
      throw new RangeError(
        'enable.idempotence must be true: what has arrived is told from the order that it guarantees'
      )
    }
    this.#options = options
    this.#outputs = new OutputTopics(outputTopics)
    this.#lone = new LoneProducer(producerProperties, this.#outputs, events, connectAttemptsMs)
    this.#events = events
  }

  get outstanding(): number {
    return (this.#client?.outstanding ?? 0) + (this.#replaced?.outstanding ?? 0) + this.#refusals
  }

  async connect(): Promise<void> {
    const { connectAttemptsMs } = this.#options
    await this.#open(connectAttemptsMs)
    const partitions = this.#outputs.partitions.reduce((sum, count) => sum + count, 0)
    this.#statisticsIntervalMs = Math.max(Math.ceil(partitions / PARTITIONS_PER_MS), STATISTICS_INTERVAL_MS)
    if (this.#statisticsIntervalMs === STATISTICS_INTERVAL_MS) return
    // How many there are is known only now, and a client's properties can't be changed.
    await this.#close(0)
    await this.#open(connectAttemptsMs)
  }

  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number {
    if (this.#refusing && this.outstanding > 0) return firstRow
    this.#refusing = false
    for (let row = firstRow; row < endRow; row++) {
      if (this.#client === undefined) return row
      const { topic, code } = this.#client.hand(slab, row, batch, inputPartition)
      if (code === ErrorCode.NONE) continue
      // It has stopped at a row that failed, which is yet to be told.
      if (code === ErrorCode.QUEUE_FULL || CONSEQUENCES.has(code)) return row
      this.#refused(batch, refusedByClient(code, topic))
      return row + 1
    }
    return endRow
  }

  produceAlone(slab: Slab, row: number, inputPartition: number): Promise<ProduceFailure | undefined> {
    return this.#lone.produce(slab, row, inputPartition)
  }

  disconnect(): Promise<void> {
    this.#closing ??= Promise.all([this.#close(FLUSH_TIMEOUT_MS), this.#lone.close(FLUSH_TIMEOUT_MS)]).then(
      () => undefined
    )
    return this.#closing
  }

  async #open(attemptsMs: readonly number[] | undefined): Promise<void> {
    const { producerProperties: properties } = this.#options
    const client = await BulkClient.open({
      properties,
      outputs: this.#outputs,
      statisticsIntervalMs: this.#statisticsIntervalMs,
      attemptsMs,
      events: {
        delivered: report => this.#events.delivered(report),
        failed: failed => void this.#replace(failed),
        error: error => this.#events.producerError(error)
      }
    })
    try {
      await this.#outputs.start(client.connection)
      if (this.#closing !== undefined) throw new KafkaError(ErrorCode.STATE, 'the producer was disconnected meanwhile')
    } catch (error) {
      await client.close(0)
      throw error
    }
    this.#client = client
  }

  async #close(flushMs: number): Promise<void> {
    const client = this.#client
    this.#client = undefined
    this.#outputs.stop()
    await client?.close(flushMs)
  }

  async #replace(client: BulkClient): Promise<void> {
    if (client !== this.#client) return
    this.#client = undefined
    this.#replaced = client
    this.#outputs.stop()
    await client.settled()
    await client.abandon().catch((error: KafkaError) => this.#tell(error, false))
    this.#replaced = undefined
    while (this.#closing === undefined) {
      try {
        return await this.#open(REPLACE_ATTEMPTS_MS)
      } catch (error) {
        // Brokers that can't be reached are waited for, as ever. Whatever else keeps a client from connecting stays so.
        if (this.#closing === undefined) this.#tell(error as KafkaError, !RETRIABLE.has((error as KafkaError).code))
        await delay(REPLACE_RETRY_MS)
      }
    }
  }

  #tell({ code, message }: KafkaError, fatal: boolean): void {
    this.#events.producerError({ code, message, fatal })
  }

  /** After `produce` has returned: its caller does not expect a report for a row that it does not know to be taken. */
  #refused(batch: number, error: ProduceFailure): void {
    this.#refusing = true
    this.#refusals++
    setImmediate(() => {
      this.#refusals--
      this.#events.delivered({ batch, rows: 1, error })
    })
  }
}
