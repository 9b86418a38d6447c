import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommitOffset, ProduceFailure } from '../ports.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import {
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ConsumerClient,
  type ProducerClient,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient, DISCONNECT_TIMEOUT_MS, onError } from './connection.ts'

/** How the client answers a call that concerns a transaction. */
interface TransactionError extends ClientError {
  /** The client is of no more use. */
  readonly isFatal?: boolean
  /** The same call may be made again, and goes on with what it had begun. */
  readonly isRetriable?: boolean
}

type Callback = (error: TransactionError | null | undefined) => void

/** librdkafka's default. */
const DEFAULT_TRANSACTION_TIMEOUT_MS = 60_000
/** How long the coordinator of transactions may take to be found, to load and to end what an earlier client left open. */
const INIT_TIMEOUT_MS = 30_000
const ABORT_TIMEOUT_MS = 10_000
/** A call is made anew so often, so that nobody who disconnects the client has to wait for long. */
const CALL_TIMEOUT_MS = 1_000
const RETRY_MS = 50
/**
 * How much longer than it was told a call may take before it is given up, and its client with it. Seen with librdkafka
 * 2.15: offsets that were being sent while a coordinator was killed, and an answer that never came.
 */
const OVERDUE_MS = 5_000
const ROLE = 'transactional producer'

/** Where the offsets of a transaction come from: a member of the group, which vouches for them. */
export interface Membership {
  /** Rejects if the member was taken for dead before `call` ended. */
  asMember<T>(call: (client: ConsumerClient) => Promise<T>): Promise<T>
}

export interface TransactionalClientEvents {
  /** A row that the client had taken has failed. */
  rowFailed(failure: ProduceFailure): void
  clientError(error: ClientError): void
}

/** A connected client with a `transactional.id`, and its calls, one at a time. */
export class TransactionalClient {
  readonly connection: ProducerClient
  readonly #calls = new CallsUnderWay()
  readonly #timeoutMs: number
  #last: Promise<unknown> = Promise.resolve()
  #broken = false
  #failures = 0

  /** Rejects with the cause; `initTransactions` fences every earlier client of this id, and ends its transaction. */
  static async open(
    properties: Properties,
    events: TransactionalClientEvents,
    attemptsMs: readonly number[] | undefined
  ): Promise<TransactionalClient> {
    const all = { ...properties, 'delivery.report.only.error': true, dr_cb: true }
    const make = () => new Producer(all, WITHOUT_TOPIC_PROPERTIES)
    const connection = await connectClient('producer', make, attemptsMs)
    const client = new TransactionalClient(connection, properties, events)
    const error = await client.#call(INIT_TIMEOUT_MS, (timeoutMs, callback) =>
      connection.initTransactions(timeoutMs, callback)
    )
    if (error === undefined) return client
    await client.close().catch(() => undefined)
    throw new KafkaError(error.code, `the producer can't begin transactions: ${error.message}`)
  }

  private constructor(connection: ProducerClient, properties: Properties, events: TransactionalClientEvents) {
    this.connection = connection
    this.#timeoutMs = Number(properties['transaction.timeout.ms'] ?? DEFAULT_TRANSACTION_TIMEOUT_MS)
    connection.on('delivery-report', (error: ClientError | null) => {
      if (error === null || this.#calls.closed) return
      this.#failures++
      events.rowFailed({ code: error.code, message: error.message })
    })
    onError(connection, ({ code, message, fatal }) => {
      if (this.#calls.closed) return
      this.#broken ||= fatal
      events.clientError({ code, message })
    })
    connection.setPollInBackground(true)
  }

  /** Of no more use: fenced, or in the midst of a commit of which nothing is known. */
  get broken(): boolean {
    return this.#broken
  }

  /** Answers why not. */
  async begin(): Promise<KafkaError | undefined> {
    const error = await this.#call(0, (_, callback) => this.connection.beginTransaction(callback))
    return error && failed('begin', error)
  }

  /**
   * Sends the offsets and commits; `transaction.timeout.ms` is how long it may take, as after that the brokers have
   * aborted it.
   */
  async commit(offsets: readonly CommitOffset[], membership: Membership): Promise<void> {
    const deadlineMs = performance.now() + this.#timeoutMs
    if (offsets.length > 0) {
      const error = await membership.asMember(group =>
        // Not resumable: given up in the midst of it, it would fail the transaction.
        this.#call(this.#timeoutMs, (_, callback) =>
          this.connection.sendOffsetsToTransaction(offsets.map(toNative), group, this.#timeoutMs, callback)
        )
      )
      if (error !== undefined) throw failed('send the offsets of', error)
    }
    const remainingMs = Math.max(deadlineMs - performance.now(), 0)
    const error = await this.#call(remainingMs, (timeoutMs, callback) =>
      this.connection.commitTransaction(timeoutMs, callback)
    )
    if (error === undefined) return
    // It may go on by itself, and nothing but its own continuation is allowed now.
    this.#broken ||= error.isRetriable === true
    throw failed('commit', error)
  }

  /** Answers whether the client can begin another transaction. Then nothing of the old one comes up any more. */
  async abort(withinMs = ABORT_TIMEOUT_MS): Promise<boolean> {
    if (this.#broken) return false
    const error = await this.#call(withinMs, (timeoutMs, callback) =>
      this.connection.abortTransaction(timeoutMs, callback)
    )
    if (error !== undefined) return false
    // The reports of what was thrown away may still be on their way through the binding, a hundred a turn.
    for (let before = -1; before !== this.#failures;) {
      before = this.#failures
      await nextTurn()
      await nextTurn()
    }
    return !this.#broken
  }

  /** Why the open transaction has failed; undefined if it has not. */
  async failure(): Promise<ProduceFailure | undefined> {
    // A transaction can't be begun in a transaction; in one that has failed the client says of what.
    const error = await this.#call(0, (_, callback) => this.connection.beginTransaction(callback))
    if (error === undefined || error.code === ErrorCode.STATE) return undefined
    return { code: error.code, message: error.message }
  }

  /** Within a bound; whatever is open is left to its successor, or to the brokers. */
  async close(): Promise<void> {
    await this.#calls.close(ROLE, DISCONNECT_TIMEOUT_MS)
    await disconnectClient(this.connection, ROLE, 0)
  }

  /** Makes the call again while it may be, at least once and until the time is over. Answers the error that it ends with. */
  #call(
    withinMs: number,
    start: (timeoutMs: number, callback: Callback) => void
  ): Promise<TransactionError | undefined> {
    const called = this.#last.then(() => this.#repeat(withinMs, start))
    this.#last = called.catch(() => undefined)
    return called
  }

  async #repeat(
    withinMs: number,
    start: (timeoutMs: number, callback: Callback) => void
  ): Promise<TransactionError | undefined> {
    const deadlineMs = performance.now() + withinMs
    for (;;) {
      const timeoutMs = Math.ceil(Math.min(CALL_TIMEOUT_MS, Math.max(deadlineMs - performance.now(), RETRY_MS)))
      const call = this.#calls.run(
        () => new Promise<TransactionError | null | undefined>(resolve => start(timeoutMs, resolve))
      )
      const error = await answered(call, Math.max(withinMs, CALL_TIMEOUT_MS) + OVERDUE_MS)
      if (!error) return undefined
      this.#broken ||= error.isFatal === true
      if (error.isRetriable !== true || this.#calls.closed || performance.now() >= deadlineMs) return error
      await delay(RETRY_MS)
    }
  }
}

/** The answer of a call, or that there is none: the client is of no more use then. */
async function answered(
  call: Promise<TransactionError | null | undefined>,
  withinMs: number
): Promise<TransactionError | null | undefined> {
  const { promise: overdue, resolve } = Promise.withResolvers<TransactionError>()
  const message = `no answer within ${withinMs} ms`
  const timer = setTimeout(() => resolve({ code: ErrorCode.TIMED_OUT, message, isFatal: true }), withinMs)
  return Promise.race([call, overdue]).finally(() => clearTimeout(timer))
}

function failed(what: string, { code, message }: ClientError): KafkaError {
  return new KafkaError(code, `can't ${what} the transaction: ${message}`)
}

function toNative({ topic, partition, offset, metadata }: CommitOffset) {
  return metadata === undefined ? { topic, partition, offset } : { topic, partition, offset, metadata }
}
