import { setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ProduceFailure, RecordProducer, TransportEvents } from '../ports.ts'
import type { BulkClient, BulkClientEvents } from './bulk-client.ts'
import type { Properties } from './client-types.ts'
import { RETRIABLE } from './connecting.ts'
import type { LoneProducer } from './lone-producer.ts'
import { OutputTopics } from './output-topics.ts'
import { CONSEQUENCES, refusedByClient } from './produce-failure.ts'

/** How long rows that are still queued may take when the producer is disconnected; after a drain there are none. */
const FLUSH_TIMEOUT_MS = 1_000
/** A client is replaced for as long as it takes; how long each attempt takes, so that something is heard of it. */
const REPLACE_ATTEMPTS_MS = [5_000]
/** Between attempts. */
const REPLACE_RETRY_MS = 500

export interface ProducerOptions {
  readonly producerProperties: Properties
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  readonly connectAttemptsMs?: readonly number[] | undefined
}

/** What it needs of a transport. */
export interface IdempotentClients {
  /** Connects a client that writes to these topics, or rejects with the cause. */
  open(outputs: OutputTopics, events: BulkClientEvents, attemptsMs: readonly number[] | undefined): Promise<BulkClient>
  /** Whether another client is needed, now that it is known how many partitions the topics have. */
  readonly outgrown?: (outputs: OutputTopics) => boolean
  lone(outputs: OutputTopics): LoneProducer
}

/** `RecordProducer` on an idempotent client, which is replaced when a row has failed in it; `BulkClient` says why. */
export class IdempotentProducer implements RecordProducer {
  readonly #clients: IdempotentClients
  readonly #attemptsMs: readonly number[] | undefined
  readonly #events: TransportEvents
  readonly #outputs: OutputTopics
  readonly #lone: LoneProducer
  /** Undefined while it is being replaced, and nothing is taken. */
  #client: BulkClient | undefined
  #replaced: BulkClient | undefined
  /** Rows that the client did not take, until that is told. */
  #refusals = 0
  /** Nothing is taken until all that was handed over before a row that was refused has been told. */
  #refusing = false
  #closing: Promise<void> | undefined

  constructor(
    { producerProperties, outputTopics, events, connectAttemptsMs }: ProducerOptions,
    clients: IdempotentClients
  ) {
    if (producerProperties['enable.idempotence'] !== true) {
      throw new RangeError('enable.idempotence must be true: order, and that nothing is written twice, depend on it')
    }
    this.#clients = clients
    this.#attemptsMs = connectAttemptsMs
    this.#events = events
    this.#outputs = new OutputTopics(outputTopics)
    this.#lone = clients.lone(this.#outputs)
  }

  get outstanding(): number {
    return (this.#client?.outstanding ?? 0) + (this.#replaced?.outstanding ?? 0) + this.#refusals
  }

  async connect(): Promise<void> {
    await this.#open(this.#attemptsMs)
    if (this.#clients.outgrown?.(this.#outputs) !== true) return
    await this.#close(0)
    await this.#open(this.#attemptsMs)
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
    const events: BulkClientEvents = {
      delivered: report => this.#events.delivered(report),
      failed: failed => void this.#replace(failed),
      error: error => this.#events.producerError(error)
    }
    const client = await this.#clients.open(this.#outputs, events, attemptsMs)
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
