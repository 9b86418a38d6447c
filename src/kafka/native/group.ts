import type { GroupClient } from '../librdkafka/rebalance.ts'
import type { TopicPartition } from '../ports.ts'
import { succeed, type NativeConsumerClient } from './addon.ts'

/** What the addon answers as a problem is thrown. */
export function groupClient(client: NativeConsumerClient): GroupClient {
  return {
    rebalanceProtocol: () => client.rebalanceProtocol(),
    assignmentLost: () => client.assignmentLost(),
    incrementalAssign: (partitions: TopicPartition[]) => succeed(client.incrementalAssign(partitions)),
    incrementalUnassign: (partitions: TopicPartition[]) => succeed(client.incrementalUnassign(partitions)),
    assign: (partitions: TopicPartition[]) => succeed(client.assign(partitions)),
    unassign: () => succeed(client.unassign())
  }
}
