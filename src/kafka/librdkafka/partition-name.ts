import type { TopicPartition } from '../ports.ts'

/** As a key of a map. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

/** Nothing but the partition itself: with more, such as an offset that its own lists hold, the client would go there. */
export function plain({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}
