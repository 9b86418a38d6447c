import type { Transport, TransportEvents } from '../../src/kafka/ports.ts'
import type { FakeCluster } from './cluster.ts'
import { FakeConsumer } from './consumer.ts'
import { FakeProducer } from './producer.ts'

export interface FakeOptions {
  readonly group: string
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
}

export interface FakeTransport extends Transport {
  readonly consumer: FakeConsumer
  readonly producer: FakeProducer
}

export function createFakeTransport(cluster: FakeCluster, options: FakeOptions): FakeTransport {
  return {
    name: 'fake',
    consumer: new FakeConsumer(cluster, options.group),
    producer: new FakeProducer(cluster, options.outputTopics, options.events)
  }
}
