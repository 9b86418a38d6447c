import type { AssignedPartition, TopicPartition } from '../ports.ts'

/** Which partitions are delivered, and under which epochs. */
export interface Epochs {
  /** 0 where a partition is not delivered. */
  epochOf(topic: string, partition: number): number
  add(partitions: readonly AssignedPartition[]): void
  remove(partitions: readonly TopicPartition[]): void
}
