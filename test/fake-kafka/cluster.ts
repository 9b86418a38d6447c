import type { CommitOffset, TopicPartition } from '../../src/kafka/ports.ts'
import { FakeGroup } from './group.ts'
import { FakeLog, nameOf, type NewRecord } from './log.ts'

export interface FakeError {
  readonly code: number
  readonly message: string
}

/** A row as the broker sees it, for tests that refuse some. */
export interface ProducedRow extends TopicPartition {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/**
 * Kafka in memory: what the ports can observe of it, and handles to make it slow or fail. Nothing happens by itself
 * after some time; what a real broker does on a timeout, a test does by a call.
 */
export class FakeCluster {
  readonly #topics = new Map<string, FakeLog[]>()
  readonly #groups = new Map<string, FakeGroup>()
  readonly #ackWaiters = new Set<() => void>()
  /** Set: nothing can connect, for this reason. */
  down: string | undefined
  /** Answers an error for rows that the broker is to refuse. */
  refuse: (row: ProducedRow) => FakeError | undefined = () => undefined
  /** How many rows a producer holds before its queue is full. */
  queueRows = 100_000
  /** Errors for the next commits, one each. */
  readonly commitErrors: FakeError[] = []
  /** Every commit that was taken, in order. */
  readonly commits: (CommitOffset & { readonly group: string })[] = []
  #acknowledging = true

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
    this.#acknowledging = false
  }

  releaseAcknowledgements(): void {
    this.#acknowledging = true
    for (const wake of this.#ackWaiters) wake()
    this.#ackWaiters.clear()
  }

  /** For producers: calls `wake` once acknowledgements are released; answers whether it has to wait at all. */
  waitsForAcknowledgement(wake: () => void): boolean {
    if (!this.#acknowledging) this.#ackWaiters.add(wake)
    return !this.#acknowledging
  }
}
