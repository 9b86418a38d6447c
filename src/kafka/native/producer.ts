import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import type { Properties } from '../confluent/client.ts'
import { RETRIABLE } from '../confluent/connection.ts'
import { OutputTopics } from '../confluent/output-topics.ts'
import { CONSEQUENCES, refusedByClient } from '../confluent/produce-failure.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ProduceFailure, RecordProducer, TransportEvents } from '../ports.ts'
import type { Addon } from './addon.ts'
import { BulkClient } from './bulk-client.ts'
import { LoneProducer } from './lone-producer.ts'

/** How long rows that are still queued may take when the producer is disconnected; after a drain there are none. */
const FLUSH_TIMEOUT_MS = 1_000
/** A client is replaced for as long as it takes; how long each attempt takes, so that something is heard of it. */
const REPLACE_ATTEMPTS_MS = [5_000]
/** Between attempts. */
const REPLACE_RETRY_MS = 500

export interface NativeProducerOptions {
  readonly addon: Addon
  readonly producerProperties: Properties
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  readonly connectAttemptsMs?: readonly number[] | undefined
}

/** `RecordProducer` on the addon. A client in which a row has failed is replaced; `BulkClient` says why. */
export class NativeProducer implements RecordProducer {
  readonly #options: NativeProducerOptions
  readonly #outputs: OutputTopics
  readonly #lone: LoneProducer
  readonly #events: TransportEvents
  /** Undefined while it is being replaced, and nothing is taken. */
  #client: BulkClient | undefined
  #replaced: BulkClient | undefined
  /** Rows that the client did not take, until that is told. */
  #refusals = 0
  /** Nothing is taken until all that was handed over before a row that was refused has been told. */
  #refusing = false
  #closing: Promise<void> | undefined

  constructor(options: NativeProducerOptions) {
    const { addon, producerProperties, outputTopics, events, connectAttemptsMs } = options
    if (producerProperties['enable.idempotence'] !== true) {
      throw new RangeError('enable.idempotence must be true: order, and that nothing is written twice, depend on it')
    }
    this.#options = options
    this.#outputs = new OutputTopics(outputTopics)
    this.#lone = new LoneProducer(addon, producerProperties, this.#outputs, events, connectAttemptsMs)
    this.#events = events
  }

  get outstanding(): number {
    return (this.#client?.outstanding ?? 0) + (this.#replaced?.outstanding ?? 0) + this.#refusals
  }

  connect(): Promise<void> {
    return this.#open(this.#options.connectAttemptsMs)
  }

  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number {
    if (this.#refusing && this.outstanding > 0) return firstRow
    this.#refusing = false
    if (this.#client === undefined) return firstRow
    const { row, code, topic } = this.#client.hand(slab, firstRow, endRow, batch, inputPartition)
    // Either there is no room, or it has stopped at a row that failed, which is yet to be told.
    if (code === ErrorCode.NONE || code === ErrorCode.QUEUE_FULL || CONSEQUENCES.has(code)) return row
    this.#refused(batch, refusedByClient(code, topic))
    return row + 1
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
    const { addon, producerProperties: properties } = this.#options
    const client = await BulkClient.open({
      addon,
      properties,
      outputs: this.#outputs,
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
    await client?.close(client.outstanding > 0 ? flushMs : 0)
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
