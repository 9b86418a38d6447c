import type { ClusterDescription } from '../topics/description.ts'
import type { CreatedTopic, NewTopic } from './admin.ts'

/**
 * What `millrace topics` asks of a cluster, which librdkafka's admin client can't: settings of topics and brokers. Each
 * call rejects with what was asked and why not.
 */
export interface TopicAdmin {
  /** All that may be seen, without the brokers' own. */
  topicNames(): Promise<readonly string[]>
  /** What is not there, or must not be seen, is described as far as it goes; whatever is held back is said. */
  describe(topics: readonly string[]): Promise<ClusterDescription>
  createTopic(topic: NewTopic): Promise<CreatedTopic>
  growTopic(topic: string, partitions: number): Promise<void>
  connect(): Promise<void>
  disconnect(): Promise<void>
}
