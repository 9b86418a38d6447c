import { Producer, WITHOUT_TOPIC_PROPERTIES, type ProducerClient } from './confluent/client.ts'
import { connectClient, disconnectClient } from './confluent/connection.ts'

export interface EmbeddedBroker {
  /** For `bootstrap.servers`, of any process on this machine. */
  readonly bootstrap: string
  stop(): Promise<void>
}

interface BrokerMetadata {
  readonly brokers: readonly { readonly host: string; readonly port: number }[]
}

const METADATA_TIMEOUT_MS = 5_000

/**
 * Starts the broker that librdkafka carries for its own tests: a simulation for trying things out where there is no
 * Kafka. It lives as long as this process and keeps its data in memory: 5 MiB a partition, the oldest silently dropped.
 * Every topic that is asked for by name exists, with four partitions. No transactions, no isolation, no topic creation;
 * asking it to describe a group crashes the process. With `fetch.wait.max.ms` above 10 its consumers are slow.
 */
export async function startEmbeddedBroker(): Promise<EmbeddedBroker> {
  const host = await connect('embedded broker', { 'test.mock.num.brokers': 1, 'bootstrap.servers': 'embedded:0' })
  const { brokers } = await metadataOf(host)
  return {
    bootstrap: brokers.map(broker => `${broker.host}:${broker.port}`).join(),
    stop: () => disconnectClient(host, 'embedded broker', 0)
  }
}

/** Makes topics exist on an embedded broker, which creates what it is asked for by name. */
export async function createEmbeddedTopics(bootstrap: string, topics: readonly string[]): Promise<void> {
  const client = await connect('client of the embedded broker', { 'bootstrap.servers': bootstrap })
  for (const topic of topics) await metadataOf(client, topic)
  await disconnectClient(client, 'client of the embedded broker', 0)
}

function connect(role: string, properties: object): Promise<ProducerClient> {
  return connectClient(role, () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES))
}

function metadataOf(client: ProducerClient, topic?: string): Promise<BrokerMetadata> {
  return new Promise((resolve, reject) => {
    client.getMetadata({ timeout: METADATA_TIMEOUT_MS, ...(topic && { topic }) }, (error, metadata) =>
      error ? reject(error) : resolve(metadata)
    )
  })
}
