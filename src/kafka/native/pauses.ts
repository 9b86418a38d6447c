import type { TopicPartition } from '../ports.ts'
import { nameOf, plain } from '../librdkafka/partition-name.ts'
import type { NativeConsumerClient } from './addon.ts'

/**
 * Which partitions are paused. Records are taken by the thread that pauses, never meanwhile, so the client can be told at
 * once; what it had handed out already the addon keeps until the partition is resumed.
 */
export class Pauses {
  readonly #paused = new Map<string, TopicPartition>()
  readonly #client: () => NativeConsumerClient

  constructor(client: () => NativeConsumerClient) {
    this.#client = client
  }

  pause(partitions: readonly TopicPartition[]): void {
    const begun = partitions.filter(partition => !this.#paused.has(nameOf(partition))).map(plain)
    for (const partition of begun) this.#paused.set(nameOf(partition), partition)
    // Codes of single partitions are of those that have left meanwhile.
    if (begun.length > 0) this.#client().pause(begun)
  }

  /** Also for those whose assignment has ended, or begins. */
  resume(partitions: readonly TopicPartition[]): void {
    const over = partitions.filter(partition => this.#paused.delete(nameOf(partition))).map(plain)
    if (over.length > 0) this.#client().resume(over)
  }
}
