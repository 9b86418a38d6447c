import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Slab } from '../../slabs/slab.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { LONE_PROPERTIES } from './lone-producer.ts'
import type {
  CommitOffset,
  ProduceFailure,
  RecordProducer,
  RecordTransactions,
  TransportEvents,
  RowFailure
} from '../ports.ts'
import { OutputTopics } from './output-topics.ts'
import { CONSEQUENCES, refusedByClient } from './produce-failure.ts'
import type { ProducerOptions } from './idempotent-producer.ts'
import type { RowSink } from './row-sink.ts'
import {
  TransactionalClient,
  type ConnectionWanted,
  type Membership,
  type TransactionalConnection
} from './transactional-client.ts'

/** So long a new client is tried for in place of one that is of no more use. */
const REBUILD_TIMEOUT_MS = 30_000
/** How long each attempt takes, so that something is heard of it. */
const REBUILD_ATTEMPTS_MS = [5_000]
const REBUILD_RETRY_MS = 500
/** For an open transaction when the producer is disconnected; left open, it would hold readers up until it times out. */
const LAST_ABORT_TIMEOUT_MS = 3_000

export interface TransactionalProducerOptions<Group> extends ProducerOptions {
  /** Where the offsets come from. */
  readonly membership: Membership<Group>
  /** Connects a client that copies rows to `outputs`, or rejects with the cause. */
  connect(wanted: ConnectionWanted): Promise<TransactionalConnection<Group>>
}

type Client<Group> = TransactionalClient<Group, TransactionalConnection<Group>>

/**
 * `RecordProducer` and `RecordTransactions` on a client with a `transactional.id`. A client that was fenced, or whose
 * transaction took too long, is of no more use; `abort` puts another one in its place, which ends what it left open.
 */
export class TransactionalProducer<Group> implements RecordProducer, RecordTransactions {
  readonly #options: TransactionalProducerOptions<Group>
  readonly #events: TransportEvents
  readonly #outputs: OutputTopics
  /** Undefined while it is closed or replaced, and nothing is taken. */
  #sink: RowSink | undefined
  #client: Client<Group> | undefined
  /** Whether that client sends each row in a request of its own. */
  #alone = false
  /** Rows are taken while it is `open`. */
  #state: 'idle' | 'open' | 'committing' | 'aborting' = 'idle'
  /** The client's transaction is begun. It stays so while nothing is in it. */
  #begun = false
  /** Rows in the transaction. */
  #rows = 0
  #failure: RowFailure | undefined
  /** The last client was given up, and no other could be had yet. */
  #without = false
  #asking: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(options: TransactionalProducerOptions<Group>) {
    this.#options = options
    this.#events = options.events
    this.#outputs = new OutputTopics(options.outputTopics)
  }

  get outstanding(): number {
    return this.#rows
  }

  connect(): Promise<void> {
    return this.#open(this.#options.connectAttemptsMs)
  }

  produce(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): number {
    if (this.#state !== 'open' || this.#failure !== undefined || this.#sink === undefined) return firstRow
    const { row, code, topic } = this.#sink.hand(slab, firstRow, endRow, batch, inputPartition)
    this.#rows += row - firstRow
    if (code !== ErrorCode.NONE && code !== ErrorCode.QUEUE_FULL) {
      this.#rowFailed({ ...refusedByClient(code, topic), batch: this.#alone ? batch : undefined })
    }
    return row
  }

  produceAlone(): Promise<never> {
    return Promise.reject(new KafkaError(ErrorCode.STATE, 'a transactional producer sends nothing but transactions'))
  }

  async begin(alone = false): Promise<void> {
    const isOther = alone !== this.#alone
    if (!this.#begun || isOther) {
      const client = this.#connected()
      this.#alone = alone
      if (isOther || this.#without || client.broken || (await client.begin()) !== undefined) {
        await this.#rebuild(client)
        const error = await this.#connected().begin()
        if (error !== undefined) throw error
      }
    }
    this.#begun = true
    this.#state = 'open'
  }

  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    if (this.#state !== 'open') throw new KafkaError(ErrorCode.STATE, 'there is no transaction to commit')
    this.#state = 'committing'
    await this.#asking
    if (this.#failure !== undefined) throw failedOf(this.#failure)
    if (this.#rows > 0 || offsets.length > 0) {
      try {
        await this.#connected().commit(offsets, this.#options.membership)
      } catch (error) {
        // The client says only that rows have failed, and their reports, which may be right behind, of what.
        await someTurns()
        throw this.#failure === undefined ? error : failedOf(this.#failure)
      }
      this.#begun = false
    }
    this.#rows = 0
    this.#state = 'idle'
  }

  async abort(): Promise<void> {
    this.#state = 'aborting'
    await this.#asking
    const client = this.#connected()
    // Where a row was refused, the client and the brokers no longer agree on the numbers of the rows behind it: the next
    // transaction would be found out of order, and fail (librdkafka 2.15).
    if (this.#without || this.#failure !== undefined || client.broken) await this.#rebuild(client)
    else if (this.#begun && !(await client.abort())) await this.#rebuild(client)
    this.#begun = false
    this.#rows = 0
    this.#failure = undefined
    this.#state = 'idle'
  }

  disconnect(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const open = this.#state === 'open' && this.#rows > 0
    this.#state = 'aborting'
    this.#outputs.stop()
    this.#sink = undefined
    if (open) await this.#client?.abort(LAST_ABORT_TIMEOUT_MS)
    await this.#client?.close()
  }

  async #open(attemptsMs: readonly number[] | undefined): Promise<void> {
    const events = {
      rowFailed: (failure: RowFailure) => this.#rowFailed(failure),
      // A new client mends it, so it ends nothing.
      clientError: (error: ProduceFailure) => this.#warn(error)
    }
    const { connect, producerProperties } = this.#options
    const [outputs, alone] = [this.#outputs, this.#alone]
    const properties = alone ? { ...producerProperties, ...LONE_PROPERTIES } : producerProperties
    const client: Client<Group> = await TransactionalClient.open(
      listener => connect({ properties, alone, outputs, listener, attemptsMs }),
      properties,
      events
    )
    try {
      if (this.#closing !== undefined) throw notConnected()
      await this.#outputs.start(client.connection)
    } catch (error) {
      await client.close()
      throw error
    }
    this.#client = client
    this.#sink = client.connection.rows
  }

  /** Puts another client in its place. */
  async #rebuild(broken: Client<Group>): Promise<void> {
    this.#without = true
    this.#sink = undefined
    this.#outputs.stop()
    // One that does not end must not keep the new one from beginning.
    await broken.close().catch((error: KafkaError) => this.#warn(error))
    const deadlineMs = performance.now() + REBUILD_TIMEOUT_MS
    for (;;) {
      try {
        await this.#open(REBUILD_ATTEMPTS_MS)
        this.#without = false
        return
      } catch (error) {
        if (this.#closing !== undefined || performance.now() >= deadlineMs) throw error
        this.#warn(error as KafkaError)
        await delay(REBUILD_RETRY_MS)
      }
    }
  }

  #warn({ code, message }: ProduceFailure): void {
    this.#events.producerError({ code, message, fatal: false })
  }

  #rowFailed(failure: RowFailure): void {
    if (this.#failure !== undefined) return
    const consequence = CONSEQUENCES.has(failure.code)
    if (consequence && this.#state === 'open') this.#asking ??= this.#ask()
    if (!consequence && (this.#state === 'open' || this.#state === 'committing')) this.#failed(failure)
  }

  /** Of what the transaction has failed, where its rows do not say. */
  async #ask(): Promise<void> {
    // The row that is to blame may be reported right behind.
    await someTurns()
    const failure = this.#failure ?? (await this.#client?.failure())
    this.#asking = undefined
    if (failure !== undefined && this.#failure === undefined) this.#failed(failure)
  }

  /** Told when `produce` has returned. */
  #failed(failure: RowFailure): void {
    this.#failure = failure
    setImmediate(() => this.#events.transactionFailed(failure))
  }

  #connected(): Client<Group> {
    if (this.#client === undefined || this.#closing !== undefined) throw notConnected()
    return this.#client
  }
}

async function someTurns(): Promise<void> {
  await nextTurn()
  await nextTurn()
}

function notConnected(): KafkaError {
  return new KafkaError(ErrorCode.STATE, 'the producer is not connected')
}

function failedOf({ code, message }: ProduceFailure): KafkaError {
  return new KafkaError(code, `a row of the transaction has failed: ${message}`)
}
