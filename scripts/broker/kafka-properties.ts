export type Properties = Record<string, string | number | boolean>

export interface Listeners {
  port: number
  controllerPort: number
  dataDir: string
}

/**
 * What one broker that is its own controller needs.
 * The controller is named by `voters`, not by `bootstrap.servers`: a dynamic quorum writes the controller's port into
 * its metadata log at format time, and a broker that later has to take another port then never finds its controller.
 */
export function singleBrokerProperties({ port, controllerPort, dataDir }: Listeners): Properties {
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'log.dirs': dataDir,
    // A topic that nobody made is a misspelt setting; it must be an error and not a new topic with one partition.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
    // After a crash the restarted broker is refused until its former self's session has run out.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    // On a developer's machine nobody waits for more members to join.
    'group.initial.rebalance.delay.ms': 0
  }
}

/** Lets the death of a member under KIP-848 be seen after 6 s instead of 45: for tests. */
export const QUICK_GROUP_PROPERTIES: Properties = {
  'group.consumer.min.session.timeout.ms': 6000,
  'group.consumer.session.timeout.ms': 6000,
  'group.consumer.min.heartbeat.interval.ms': 1000,
  'group.consumer.heartbeat.interval.ms': 1000
}

/** A Java properties file. Backslashes are doubled, because they begin an escape there. */
export function propertiesFile(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('')
}
