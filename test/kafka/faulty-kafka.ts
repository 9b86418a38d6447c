import type { Transport } from '../../src/kafka/ports.ts'
import { SLAB_RECORDS, uniqueName, type TransportOptions } from '../contract/harness.ts'
import { Sender } from '../contract/sender.ts'
import { MockCluster } from './mock-cluster.ts'
import { createTestedTransport } from './tested-transport.ts'
import { readTopic } from './topic-reader.ts'

const silent = { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }

export interface FaultyOptions extends Partial<TransportOptions> {
  readonly deliveryTimeoutMs?: number
}

/** Three brokers that can be made to fail, and our transport on them. */
export class FaultyKafka {
  readonly cluster: MockCluster
  readonly #partitions = new Map<string, number>()

  static async start(): Promise<FaultyKafka> {
    return new FaultyKafka(await MockCluster.start(3))
  }

  private constructor(cluster: MockCluster) {
    this.cluster = cluster
  }

  async createTopic(partitions: number): Promise<string> {
    const topic = uniqueName('topic')
    await this.cluster.call('createTopic', topic, partitions, 3)
    this.#partitions.set(topic, partitions)
    return topic
  }

  connect(options: FaultyOptions): Promise<Sender> {
    return Sender.connect(this, options)
  }

  transport({
    group,
    outputTopics = [],
    events,
    transactionalId,
    ...options
  }: TransportOptions & FaultyOptions): Transport {
    const bootstrap = { 'bootstrap.servers': this.cluster.bootstrap }
    const transactional = { 'transactional.id': transactionalId ?? '', 'transaction.timeout.ms': 10_000 }
    return createTestedTransport({
      consumerProperties: {
        ...bootstrap,
        'group.id': group,
        'enable.auto.commit': false,
        'enable.auto.offset.store': false,
        'auto.offset.reset': 'earliest',
        'fetch.wait.max.ms': 10
      },
      producerProperties: {
        ...bootstrap,
        'enable.idempotence': true,
        'linger.ms': 5,
        'reconnect.backoff.max.ms': 200,
        'delivery.timeout.ms': options.deliveryTimeoutMs ?? 10_000,
        ...(transactionalId !== undefined && transactional)
      },
      outputTopics,
      slabRecords: SLAB_RECORDS,
      events: { ...silent, ...events }
    })
  }

  /** The values in a partition, in order. */
  async stored(topic: string, partition = 0): Promise<string[]> {
    const records = await readTopic(this.cluster.bootstrap, topic, this.#partitions.get(topic) ?? 0)
    return records.filter(record => record.partition === partition).map(({ value }) => String(value))
  }

  async setDown(down: boolean): Promise<void> {
    for (const broker of [1, 2, 3]) await this.cluster.call(down ? 'setDown' : 'setUp', broker)
  }

  end(): void {
    this.cluster.end()
  }
}
