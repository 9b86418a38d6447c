import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../../src/kafka/kafka-error.ts'
import type { CommitOffset, ProduceFailure, RecordTransactions, TransportEvents } from '../../src/kafka/ports.ts'
import type { FakeCluster } from './cluster.ts'
import type { FakeConsumer } from './consumer.ts'
import { nameOf } from './log.ts'
import { FENCED, type FakeProducer, type Row } from './producer.ts'

/** `failed` can only be aborted. */
type State = 'none' | 'open' | 'committing' | 'failed' | 'aborting'

export interface FakeTransactionsOptions {
  readonly cluster: FakeCluster
  readonly consumer: FakeConsumer
  /** The transactional.id. */
  readonly id: string
  readonly events: TransportEvents
}

/** Rows and offsets appear in the cluster together, when their transaction is committed, and never otherwise. */
export class FakeTransactions implements RecordTransactions {
  readonly id: string
  readonly #options: FakeTransactionsOptions
  readonly #cluster: FakeCluster
  #producer!: FakeProducer
  #state: State = 'none'
  #rows: Row[] = []
  #failure: ProduceFailure | undefined
  /** Each row goes in a request of its own. */
  alone = false
  /** For tests: how often `abort` needed a new client. */
  rebuilt = 0

  constructor(options: FakeTransactionsOptions) {
    this.#options = options
    this.#cluster = options.cluster
    this.id = options.id
  }

  attach(producer: FakeProducer): void {
    this.#producer = producer
  }

  /** Whether there is a transaction that rows may go into. */
  get taking(): boolean {
    return this.#state === 'open'
  }

  get fenced(): boolean {
    return this.#cluster.isFenced(this.#producer, this.id)
  }

  add(row: Row): void {
    this.#rows.push(row)
  }

  fail(failure: ProduceFailure, batch: number): void {
    this.#failure ??= failure
    if (this.#state === 'open') this.#state = 'failed'
    this.#options.events.transactionFailed({ ...failure, batch: this.alone ? batch : undefined })
  }

  async begin(alone = false): Promise<void> {
    if (this.#state !== 'none') throw new KafkaError(ErrorCode.STATE, `begin: the transaction is ${this.#state}`)
    if (this.fenced) throw new KafkaError(FENCED.code, FENCED.message)
    this.alone = alone
    this.#state = 'open'
  }

  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    if (this.#state !== 'open' && this.#state !== 'failed') {
      throw new KafkaError(ErrorCode.STATE, `commit: the transaction is ${this.#state}`)
    }
    this.#state = 'committing'
    try {
      await this.#acknowledged()
      await this.#cluster.commitsReleased()
      this.#conclude(offsets)
      this.#state = 'none'
    } catch (error) {
      this.#state = 'failed'
      throw error
    }
  }

  async abort(): Promise<void> {
    if (this.#state === 'committing' || this.#state === 'aborting') {
      throw new KafkaError(ErrorCode.STATE, `abort: the transaction is ${this.#state}`)
    }
    const before = this.#state
    this.#state = 'aborting'
    await nextTurn()
    if (this.#cluster.down !== undefined) {
      this.#state = 'failed'
      throw new KafkaError(ErrorCode.TRANSPORT, `the transaction can't be aborted: ${this.#cluster.down}`)
    }
    this.#producer.purge()
    this.#forget()
    if (this.fenced) {
      this.#cluster.admit(this.#producer, this.id)
      this.rebuilt++
    }
    if (before !== 'none') this.#cluster.transactions.aborted++
    this.#state = 'none'
  }

  /** All rows are, or one has failed. */
  async #acknowledged(): Promise<void> {
    await nextTurn()
    while (this.#failure === undefined && !this.fenced && this.#producer.outstanding > 0) await delay(1)
    if (this.#failure !== undefined) throw rejection(this.#failure)
    if (this.fenced) throw new KafkaError(FENCED.code, FENCED.message)
  }

  #conclude(offsets: readonly CommitOffset[]): void {
    if (this.fenced) throw new KafkaError(FENCED.code, FENCED.message)
    const refused = this.#options.consumer.refusalOf(offsets)
    if (refused !== undefined) throw rejection(refused)
    const injected = this.#cluster.transactionErrors.shift()
    if (injected !== undefined && !injected.committed) throw rejection(injected)
    this.#write(offsets)
    if (injected !== undefined) throw rejection(injected)
  }

  #write(offsets: readonly CommitOffset[]): void {
    for (const { topic, partition, record } of this.#rows) this.#cluster.append(topic, partition, record)
    // A marker for each partition takes an offset.
    const touched = new Map(this.#rows.map(row => [nameOf(row), row]))
    for (const partition of touched.values()) this.#cluster.log(partition).skip(1)
    this.#options.consumer.write(offsets)
    this.#cluster.transactions.committed++
    this.#forget()
  }

  #forget(): void {
    this.#rows = []
    this.#failure = undefined
  }
}

function rejection({ code, message }: ProduceFailure): KafkaError {
  return new KafkaError(code, `the transaction can only be aborted: ${message}`)
}
