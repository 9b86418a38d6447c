import { setTimeout as delay } from 'node:timers/promises'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import {
  nativeProducer,
  Producer,
  WITHOUT_TOPIC_PROPERTIES,
  type ProducerClient
} from '../../src/kafka/confluent/client.ts'
import { connectClient, disconnectClient } from '../../src/kafka/confluent/connection.ts'
import { toNative } from '../../src/kafka/confluent/headers.ts'
import { readLast } from '../../src/kafka/confluent/read-last.ts'
import { createConfluentTransport } from '../../src/kafka/confluent/transport.ts'
import type { CommitOffset, Transport } from '../../src/kafka/ports.ts'
import { Member } from './member.ts'
import {
  SLAB_RECORDS,
  uniqueName,
  type Harness,
  type NewRecord,
  type StoredRecord,
  type TransportOptions
} from './harness.ts'

const MAX_BYTES = 8_000_000

export class ConfluentHarness implements Harness {
  readonly #bootstrap: string
  readonly #admin: ConfluentAdmin
  readonly #writer: ProducerClient
  readonly #fencing: Member[] = []

  static async start(brokers: string): Promise<ConfluentHarness> {
    const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
    const properties = {
      'bootstrap.servers': brokers,
      'message.max.bytes': MAX_BYTES,
      'linger.ms': 0,
      'enable.idempotence': true
    }
    const writer = await connectClient('test writer', () => new Producer(properties, WITHOUT_TOPIC_PROPERTIES))
    return new ConfluentHarness(brokers, admin, writer)
  }

  constructor(bootstrap: string, admin: ConfluentAdmin, writer: ProducerClient) {
    this.#bootstrap = bootstrap
    this.#admin = admin
    this.#writer = writer
  }

  async createTopic(partitions: number): Promise<string> {
    const topic = uniqueName('topic')
    await this.#admin.createTopics([{ topic, partitions, replicationFactor: 1 }])
    // A topic is created before every broker, and the metadata, know of it.
    while (!(await this.#admin.partitionCounts()).has(topic)) await delay(20)
    return topic
  }

  async append(topic: string, partition: number, records: readonly NewRecord[]): Promise<void> {
    const native = nativeProducer(this.#writer)
    for (const { key = null, value = null, timestampMs = 0, headers = [] } of records) {
      const code = native.produce(topic, partition, value, key, timestampMs, undefined, toNative(headers))
      if (code !== 0) throw new Error(`could not append: error ${code}`)
    }
    await new Promise<void>((resolve, reject) => {
      this.#writer.flush(10_000, error => (error ? reject(error) : resolve()))
    })
  }

  async read(topic: string): Promise<StoredRecord[]> {
    const records = await readLast({ 'bootstrap.servers': this.#bootstrap }, topic, 100_000)
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  }

  async committed(group: string, topic: string, partition: number): Promise<CommitOffset | undefined> {
    const [committed] = await this.#admin.committedOffsets(group, [{ topic, partition }])
    return committed.offset < 0 ? undefined : committed
  }

  transport({ group, outputTopics = [], events, queueRows = 100_000, instance }: TransportOptions): Transport {
    return createConfluentTransport({
      consumerProperties: { ...this.#consumerProperties(group), ...(instance && { 'group.instance.id': instance }) },
      producerProperties: {
        'bootstrap.servers': this.#bootstrap,
        'enable.idempotence': true,
        'linger.ms': 5,
        'queue.buffering.max.messages': queueRows
      },
      outputTopics,
      slabRecords: SLAB_RECORDS,
      events: { delivered: () => undefined, producerError: () => undefined, ...events }
    })
  }

  async breakForGood(_: Transport, options: TransportOptions, topic: string): Promise<void> {
    const member = await new Member(this.transport(options).consumer).join([topic])
    this.#fencing.push(member)
    await member.poll()
  }

  unreachable() {
    const nowhere = { 'bootstrap.servers': '127.0.0.1:1' }
    const transport = createConfluentTransport({
      consumerProperties: { ...nowhere, 'group.id': 'none' },
      producerProperties: { ...nowhere, 'enable.idempotence': true },
      outputTopics: [],
      slabRecords: SLAB_RECORDS,
      events: { delivered: () => undefined, producerError: () => undefined },
      connectAttemptsMs: [300, 300]
    })
    return { transport, cause: /can't connect: .*Connection refused/ }
  }

  async close(): Promise<void> {
    for (const member of this.#fencing) await member.consumer.disconnect()
    await disconnectClient(this.#writer, 'test writer', 0)
    await this.#admin.disconnect()
  }

  #consumerProperties(group: string) {
    return {
      'bootstrap.servers': this.#bootstrap,
      'group.id': group,
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
      'auto.offset.reset': 'earliest',
      'partition.assignment.strategy': 'cooperative-sticky',
      'session.timeout.ms': 6_000,
      'heartbeat.interval.ms': 200,
      'fetch.wait.max.ms': 50
    }
  }
}
