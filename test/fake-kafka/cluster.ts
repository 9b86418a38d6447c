import type { CommitOffset, TopicPartition } from '../../src/kafka/ports.ts'
import { FakeGroup } from './group.ts'
import { FakeLog, nameOf, type NewRecord } from './log.ts'
import { Gate } from './gate.ts'

export interface FakeError {
  readonly code: number
  readonly message: string
}

/** A row as the broker sees it, for tests that refuse some. */
export interface ProducedRow extends TopicPartition {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestampMs: number
}

export interface FakeTransactionError extends FakeError {
  /** The brokers did commit, and only their answer was lost. */
  readonly committed?: boolean
}

/** What the cluster knows of a producer. */
export interface KnownProducer {
  timeOut(partition: TopicPartition, arrived: boolean): void
}

/**
 * Kafka in memory: what the ports can observe of it, and handles to make it slow or fail. Nothing happens by itself
 * after some time; what a real broker does on a timeout, a test does by a call.
 */
export class FakeCluster {
  readonly #topics = new Map<string, FakeLog[]>()
  readonly #groups = new Map<string, FakeGroup>()
  readonly #acknowledgements = new Gate()
  readonly #commitAnswers = new Gate()
  #down: string | undefined
  readonly #producers = new Set<KnownProducer>()
  /** By transactional.id: who may write under it. */
  readonly #transactional = new Map<string, KnownProducer | undefined>()
  /**
   * Answers an error for rows that the brokers are to refuse. As with real ones that fails every row of its partition
   * that is under way in `produce`, whichever is to blame; a row of `produceAlone` is judged by itself. Called once a
   * row and try.
   */
  refuse: (row: ProducedRow) => FakeError | undefined = () => undefined
  /**
   * What becomes of the rows of other partitions that are under way when one is refused: they arrive; or the client gives
   * them up too, code -152, before or after they were written.
   */
  bystanders: 'acknowledged' | 'given up' | 'given up, but written' = 'acknowledged'
  /** How many rows a producer holds before its queue is full. */
  queueRows = 100_000
  /** Errors for the next commits by a consumer, one each. */
  readonly commitErrors: FakeError[] = []
  /** Errors for the next questions for what is committed, one each. */
  readonly committedErrors: FakeError[] = []
  /** Errors for the next commits of transactions, one each; they can only be aborted then. */
  readonly transactionErrors: FakeTransactionError[] = []
  /** Every commit that was taken, in order, those of transactions too. */
  readonly commits: (CommitOffset & { readonly group: string })[] = []
  /** How many transactions were committed, and aborted by a call of `abort`. */
  readonly transactions = { committed: 0, aborted: 0 }

  /**
   * Set: no broker can be reached, for this reason. Nothing connects, is delivered, acknowledged or committed until it is
   * undefined again.
   */
  get down(): string | undefined {
    return this.#down
  }

  set down(reason: string | undefined) {
    this.#down = reason
    if (reason === undefined) this.#acknowledgements.wake()
  }

  createTopic(topic: string, partitions: number): void {
    if (this.#topics.has(topic)) throw new Error(`topic ${topic} exists`)
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, () => new FakeLog())
    )
    for (const group of this.#groups.values()) group.rebalance()
  }

  topics(): string[] {
    return [...this.#topics.keys()]
  }

  /** 0 if the topic does not exist. */
  partitionsOf(topic: string): number {
    return this.#topics.get(topic)?.length ?? 0
  }

  log({ topic, partition }: TopicPartition): FakeLog {
    const log = this.#topics.get(topic)?.[partition]
    if (log === undefined) throw new Error(`no partition ${topic}/${partition}`)
    return log
  }

  append(topic: string, partition: number, record: NewRecord): number {
    return this.log({ topic, partition }).append(record)
  }

  group(name: string): FakeGroup {
    const group = this.#groups.get(name) ?? new FakeGroup(this)
    this.#groups.set(name, group)
    return group
  }

  committed(group: string, partition: TopicPartition): CommitOffset | undefined {
    return this.commits.findLast(commit => commit.group === group && nameOf(commit) === nameOf(partition))
  }

  /** The broker takes rows but acknowledges none until `releaseAcknowledgements`. */
  holdAcknowledgements(): void {
    this.#acknowledgements.close()
  }

  releaseAcknowledgements(): void {
    this.#acknowledgements.open()
  }

  /** Commits, of transactions too, stay under way, and so do questions for what is committed. */
  holdCommits(): void {
    this.#commitAnswers.close()
  }

  releaseCommits(): void {
    this.#commitAnswers.open()
  }

  commitsReleased(): Promise<void> {
    return this.#commitAnswers.passage()
  }

  /** For producers: calls `wake` once there may be acknowledgements; answers whether it has to wait at all. */
  waitsForAcknowledgement(wake: () => void): boolean {
    return this.#acknowledgements.waits(wake, this.#down !== undefined)
  }

  /**
   * Every row for this partition that is not acknowledged fails by its delivery timeout, code -192. `arrived`: it was
   * written all the same, and only the acknowledgement was lost.
   */
  timeOut(partition: TopicPartition, arrived = false): void {
    for (const producer of this.#producers) producer.timeOut(partition, arrived)
  }

  /**
   * A producer has connected. With a transactional.id it may write from now on, and nobody else under that id: whoever
   * could is fenced.
   */
  admit(producer: KnownProducer, transactionalId?: string): void {
    this.#producers.add(producer)
    if (transactionalId !== undefined) this.#transactional.set(transactionalId, producer)
  }

  dismiss(producer: KnownProducer): void {
    this.#producers.delete(producer)
  }

  isFenced(producer: KnownProducer, transactionalId: string): boolean {
    return this.#transactional.get(transactionalId) !== producer
  }

  /**
   * Fences every transactional producer, or that of one id, as when another one has come with its id, or when its
   * transaction has timed out: rows under way fail, the next `begin` or `commit` rejects, `abort` makes a new client.
   */
  fence(transactionalId?: string): void {
    const ids = transactionalId === undefined ? [...this.#transactional.keys()] : [transactionalId]
    for (const id of ids) this.#transactional.set(id, undefined)
  }
}
