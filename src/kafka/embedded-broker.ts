import { Producer, WITHOUT_TOPIC_PROPERTIES } from './confluent/client.ts'
import { connectClient, disconnectClient } from './confluent/connection.ts'

export interface EmbeddedBroker {
  /** For `bootstrap.servers`, of any process on this machine. */
  readonly bootstrap: string
  stop(): Promise<void>
}

/**
 * Starts the broker that librdkafka carries for its own tests: a simulation for trying things out where there is no
 * Kafka. It lives as long as this process and keeps its data in memory: 5 MiB a partition, the oldest silently dropped.
 * Every topic that is asked for exists, with four partitions. No transactions, no isolation, no topic creation; asking
 * it to describe a group crashes the process. With `fetch.wait.max.ms` above 10 its consumers are slow.
 */
export async function startEmbeddedBroker(): Promise<EmbeddedBroker> {
  const properties = { 'test.mock.num.brokers': 1, 'bootstrap.servers': 'embedded:0' }
  const host = await connectClient(
    'embedded broker',
    () => new Producer(properties as object, WITHOUT_TOPIC_PROPERTIES)
  )
  const brokers = await new Promise<readonly { host: string; port: number }[]>((resolve, reject) => {
    host.getMetadata({ timeout: 5_000 }, (error, metadata) => (error ? reject(error) : resolve(metadata.brokers)))
  })
  return {
    bootstrap: brokers.map(broker => `${broker.host}:${broker.port}`).join(),
    stop: () => disconnectClient(host, 'embedded broker', 0)
  }
}
