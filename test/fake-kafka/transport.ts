import type { Transport, TransportEvents } from '../../src/kafka/ports.ts'
import type { FakeCluster } from './cluster.ts'
import { FakeConsumer } from './consumer.ts'
import { FakeProducer } from './producer.ts'
import { FakeTransactions } from './transactions.ts'

export interface FakeOptions {
  readonly group: string
  readonly outputTopics: readonly string[]
  readonly events: TransportEvents
  /** For exactly-once; with a text, that is the transactional.id, otherwise one that nobody else has. */
  readonly transactional?: boolean | string
}

export interface FakeTransport extends Transport {
  readonly consumer: FakeConsumer
  readonly producer: FakeProducer
  readonly transactions: FakeTransactions | undefined
}

let transactionalIds = 0

export function createFakeTransport(cluster: FakeCluster, options: FakeOptions): FakeTransport {
  const { group, outputTopics, events, transactional = false } = options
  const consumer = new FakeConsumer(cluster, group)
  const id = typeof transactional === 'string' ? transactional : `${group}-${++transactionalIds}`
  const transactions = transactional === false ? undefined : new FakeTransactions({ cluster, consumer, id, events })
  const producer = new FakeProducer(cluster, outputTopics, events, transactions)
  return { name: 'fake', consumer, producer, transactions }
}
