import type { TopicPartition } from './ports.ts'

/** The partitions of a topic that has so many: Kafka numbers them from 0 on. */
export function allPartitions(topic: string, count: number): TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }))
}
