import type { AssignedPartition, TopicPartition } from '../ports.ts'

/**
 * Which partitions are delivered, and under which epochs. A partition that is being revoked is held but not delivered:
 * its epoch is gone at once, so what still arrives of it is dropped, and read again by whoever has it next.
 */
export class Assignment {
  /** By topic, then by partition; 0 where a partition is not delivered. Epochs begin at 1. */
  readonly #epochs = new Map<string, number[]>()
  #lastTopic = ''
  #lastEpochs: number[] = []

  /** Called once a record: consecutive records mostly have the same topic. */
  epochOf(topic: string, partition: number): number {
    if (topic !== this.#lastTopic) {
      this.#lastEpochs = this.#epochs.get(topic) ?? []
      this.#lastTopic = topic
    }
    return this.#lastEpochs[partition] ?? 0
  }

  add(partitions: readonly AssignedPartition[]): void {
    for (const { topic, partition, epoch } of partitions) {
      const epochs = this.#epochs.get(topic) ?? []
      // Filled without holes: V8 keeps such an array dense.
      while (epochs.length <= partition) epochs.push(0)
      epochs[partition] = epoch
      this.#epochs.set(topic, epochs)
    }
    this.#lastTopic = ''
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const epochs = this.#epochs.get(topic)
      if (epochs !== undefined && partition < epochs.length) epochs[partition] = 0
    }
  }

  /** All partitions that are delivered. */
  list(): TopicPartition[] {
    const partitions: TopicPartition[] = []
    for (const [topic, epochs] of this.#epochs) {
      epochs.forEach((epoch, partition) => {
        if (epoch !== 0) partitions.push({ topic, partition })
      })
    }
    return partitions
  }
}
