import type { TopicPartition } from '../kafka/ports.ts'

/** Partitions that the group has given and that are not assigned yet. */
interface Pending {
  partitions: readonly TopicPartition[]
  readonly deadlineMs: number
  ready: boolean
}

/**
 * Assignments that wait for something to be read and told to the group first; none of them for longer than its deadline.
 * Meanwhile the group may take partitions back, and those are assigned no more.
 */
export class PendingAssignments {
  readonly #pending = new Set<Pending>()
  readonly #timeoutMs: number

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#pending.size
  }

  /** `preparing` does not reject. */
  add(partitions: readonly TopicPartition[], nowMs: number, preparing: Promise<void>): void {
    const pending: Pending = { partitions, deadlineMs: nowMs + this.#timeoutMs, ready: false }
    this.#pending.add(pending)
    void preparing.then(() => (pending.ready = true))
  }

  has(partition: TopicPartition): boolean {
    return this.#pending.values().some(({ partitions }) => partitions.some(isSameAs(partition)))
  }

  /** They are not ours any more, or given anew. Answers which of them have been waiting. */
  withdraw(gone: readonly TopicPartition[]): readonly TopicPartition[] {
    const withdrawn = gone.filter(partition => this.has(partition))
    for (const pending of this.#pending) {
      pending.partitions = pending.partitions.filter(partition => !gone.some(isSameAs(partition)))
      if (pending.partitions.length === 0) this.#pending.delete(pending)
    }
    return withdrawn
  }

  /** Takes out those that are ready or have waited long enough, in order. */
  due(nowMs: number): (readonly TopicPartition[])[] {
    const due = [...this.#pending].filter(({ ready, deadlineMs }) => ready || nowMs >= deadlineMs)
    for (const pending of due) this.#pending.delete(pending)
    return due.map(({ partitions }) => partitions)
  }

  clear(): void {
    this.#pending.clear()
  }
}

function isSameAs({ topic, partition }: TopicPartition): (other: TopicPartition) => boolean {
  return other => other.topic === topic && other.partition === partition
}
