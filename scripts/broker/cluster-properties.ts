import { singleBrokerProperties, type Properties } from './kafka-properties.ts'

/** Where one broker of a cluster listens. */
export interface ClusterNode {
  readonly port: number
  readonly controllerPort: number
}

/** Every broker of a cluster is a controller too, so that any of them may be lost. */
export function clusterProperties(nodes: readonly ClusterNode[], index: number, dataDir: string): Properties {
  const replicas = nodes.length
  const inSync = Math.max(1, replicas - 1)
  return {
    ...singleBrokerProperties({ ...nodes[index], dataDir }),
    'node.id': index + 1,
    'controller.quorum.voters': nodes
      .map(({ controllerPort }, id) => `${id + 1}@127.0.0.1:${controllerPort}`)
      .join(','),
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync
  }
}
