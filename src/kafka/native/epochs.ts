import type { Epochs } from '../librdkafka/epochs.ts'
import type { AssignedPartition, TopicPartition } from '../ports.ts'
import { nameOf } from '../librdkafka/partition-name.ts'
import type { NativeConsumerClient } from './addon.ts'

/**
 * Which partitions are delivered, and under which epochs. The addon decides by it about each record; this is where the
 * main thread looks it up.
 */
export class NativeEpochs implements Epochs {
  readonly #epochs = new Map<string, number>()
  readonly #client: () => NativeConsumerClient

  constructor(client: () => NativeConsumerClient) {
    this.#client = client
  }

  epochOf(topic: string, partition: number): number {
    return this.#epochs.get(nameOf({ topic, partition })) ?? 0
  }

  add(partitions: readonly AssignedPartition[]): void {
    for (const assigned of partitions) {
      this.#epochs.set(nameOf(assigned), assigned.epoch)
      this.#client().deliver(assigned.topic, assigned.partition, assigned.epoch)
    }
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      if (this.#epochs.delete(nameOf({ topic, partition }))) this.#client().deliver(topic, partition, 0)
    }
  }
}
