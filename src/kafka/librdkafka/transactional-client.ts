import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommitOffset, ProduceFailure, RowFailure } from '../ports.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import type { ClientError, Properties } from './client-types.ts'
import { DISCONNECT_TIMEOUT_MS } from './connecting.ts'
import type { MetadataSource, OutputTopics } from './output-topics.ts'
import type { RowSink } from './row-sink.ts'

/** How the client answers a call that concerns a transaction. */
export interface TransactionError extends ClientError {
  /** The client is of no more use. */
  readonly isFatal?: boolean
  /** The same call may be made again, and goes on with what it had begun. */
  readonly isRetriable?: boolean
}

export type TransactionCallback = (error: TransactionError | null | undefined) => void

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

/** Where the offsets of a transaction come from: a member of the group, which vouches for them by its client. */
export interface Membership<Group> {
  /** Rejects if the member was taken for dead before `call` ended. */
  asMember<T>(call: (client: Group) => Promise<T>): Promise<T>
}

/** What a transport's client must be able to do. Its calls answer as librdkafka does, within the time that they are given. */
export interface TransactionalConnection<Group> extends MetadataSource {
  readonly rows: RowSink
  initTransactions(timeoutMs: number, callback: TransactionCallback): void
  beginTransaction(callback: TransactionCallback): void
  sendOffsets(offsets: readonly CommitOffset[], group: Group, timeoutMs: number, callback: TransactionCallback): void
  commitTransaction(timeoutMs: number, callback: TransactionCallback): void
  abortTransaction(timeoutMs: number, callback: TransactionCallback): void
  /** Within a bound. */
  close(role: string): Promise<void>
}

/** What such a connection is made for. */
export interface ConnectionWanted {
  readonly properties: Properties
  /** Each row goes in a request of its own, as `properties` say, and the number that came with it is told if it fails. */
  readonly alone: boolean
  readonly outputs: OutputTopics
  readonly listener: TransactionalListener
  readonly attemptsMs: readonly number[] | undefined
}

/** What such a connection tells, from the moment on when it is there. */
export interface TransactionalListener {
  rowFailed(failure: RowFailure): void
  error(error: ClientError & { readonly fatal: boolean }): void
}

export interface TransactionalClientEvents {
  /** A row that the client had taken has failed. */
  rowFailed(failure: RowFailure): void
  clientError(error: ClientError): void
}

/** What a connection has told, until its client is closed. */
class ConnectionState implements TransactionalListener {
  readonly #events: TransactionalClientEvents
  broken = false
  failures = 0
  closed = false

  constructor(events: TransactionalClientEvents) {
    this.#events = events
  }

  rowFailed(failure: RowFailure): void {
    if (this.closed) return
    this.failures++
    this.#events.rowFailed(failure)
  }

  error({ code, message, fatal }: ClientError & { readonly fatal: boolean }): void {
    if (this.closed) return
    this.broken ||= fatal
    this.#events.clientError({ code, message })
  }
}

/** A connected client with a `transactional.id`, and its calls, one at a time. */
export class TransactionalClient<Group, Connected extends TransactionalConnection<Group>> {
  readonly connection: Connected
  readonly #calls = new CallsUnderWay()
  readonly #timeoutMs: number
  #last: Promise<unknown> = Promise.resolve()
  readonly #state: ConnectionState

  /** Rejects with the cause; `initTransactions` fences every earlier client of this id, and ends its transaction. */
  static async open<Group, Connected extends TransactionalConnection<Group>>(
    connect: (listener: TransactionalListener) => Promise<Connected>,
    properties: Properties,
    events: TransactionalClientEvents
  ): Promise<TransactionalClient<Group, Connected>> {
    const state = new ConnectionState(events)
    const connection = await connect(state)
    const client = new TransactionalClient<Group, Connected>(connection, properties, state)
    const error = await client.#call(INIT_TIMEOUT_MS, (timeoutMs, callback) =>
      connection.initTransactions(timeoutMs, callback)
    )
    if (error === undefined) return client
    await client.close().catch(() => undefined)
    throw new KafkaError(error.code, `the producer can't begin transactions: ${error.message}`)
  }

  private constructor(connection: Connected, properties: Properties, state: ConnectionState) {
    this.connection = connection
    this.#state = state
    this.#timeoutMs = Number(properties['transaction.timeout.ms'] ?? DEFAULT_TRANSACTION_TIMEOUT_MS)
  }

  /** Of no more use: fenced, or in the midst of a commit of which nothing is known. */
  get broken(): boolean {
    return this.#state.broken
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
  async commit(offsets: readonly CommitOffset[], membership: Membership<Group>): Promise<void> {
    const deadlineMs = performance.now() + this.#timeoutMs
    if (offsets.length > 0) {
      const error = await membership.asMember(group =>
        // Not resumable: given up in the midst of it, it would fail the transaction.
        this.#call(this.#timeoutMs, (_, callback) =>
          this.connection.sendOffsets(offsets, group, this.#timeoutMs, callback)
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
    if (error.isRetriable === true) this.#state.broken = true
    throw failed('commit', error)
  }

  /** Answers whether the client can begin another transaction. Then nothing of the old one comes up any more. */
  async abort(withinMs = ABORT_TIMEOUT_MS): Promise<boolean> {
    if (this.broken) return false
    const error = await this.#call(withinMs, (timeoutMs, callback) =>
      this.connection.abortTransaction(timeoutMs, callback)
    )
    if (error !== undefined) return false
    // The reports of what was thrown away may still be on their way through the binding, a hundred a turn.
    for (let before = -1; before !== this.#state.failures;) {
      before = this.#state.failures
      await nextTurn()
      await nextTurn()
    }
    return !this.broken
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
    this.#state.closed = true
    await this.#calls.close(ROLE, DISCONNECT_TIMEOUT_MS)
    await this.connection.close(ROLE)
  }

  /** Makes the call again while it may be, at least once and until the time is over. Answers the error that it ends with. */
  #call(
    withinMs: number,
    start: (timeoutMs: number, callback: TransactionCallback) => void
  ): Promise<TransactionError | undefined> {
    const called = this.#last.then(() => this.#repeat(withinMs, start))
    this.#last = called.catch(() => undefined)
    return called
  }

  async #repeat(
    withinMs: number,
    start: (timeoutMs: number, callback: TransactionCallback) => void
  ): Promise<TransactionError | undefined> {
    const deadlineMs = performance.now() + withinMs
    for (;;) {
      const timeoutMs = Math.ceil(Math.min(CALL_TIMEOUT_MS, Math.max(deadlineMs - performance.now(), RETRY_MS)))
      const call = this.#calls.run(
        () => new Promise<TransactionError | null | undefined>(resolve => start(timeoutMs, resolve))
      )
      const error = await answered(call, Math.max(withinMs, CALL_TIMEOUT_MS) + OVERDUE_MS)
      if (!error) return undefined
      if (error.isFatal === true) this.#state.broken = true
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
