import { FakeCluster, type FakeError, type ProducedRow } from '../fake-kafka/cluster.ts'
import type { FakeConsumer } from '../fake-kafka/consumer.ts'
import { createFakeTransport, type FakeTransport } from '../fake-kafka/transport.ts'
import {
  uniqueName,
  type Harness,
  type NewRecord,
  type OpenTransaction,
  type StoredRecord,
  type TopicLimits,
  type TransportOptions
} from './harness.ts'
import type { Member } from './member.ts'

const silent = { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }
/** What a real client refuses by itself. */
const MAX_ROW_BYTES = 1_000_000

export class FakeHarness implements Harness {
  readonly #cluster = new FakeCluster()
  readonly #limits = new Map<string, TopicLimits>()
  readonly #eager: boolean

  constructor({ eager = false } = {}) {
    this.#eager = eager
    this.#cluster.refuse = row => this.#refusalOf(row)
  }

  async createTopic(partitions: number, limits: TopicLimits = {}): Promise<string> {
    const topic = uniqueName('topic')
    this.#cluster.createTopic(topic, partitions)
    this.#limits.set(topic, limits)
    return topic
  }

  async append(topic: string, partition: number, records: readonly NewRecord[]): Promise<void> {
    for (const record of records) this.#cluster.append(topic, partition, record)
  }

  async openTransaction(topic: string, partition: number, records: readonly NewRecord[]): Promise<OpenTransaction> {
    const transaction = this.#cluster.log({ topic, partition }).openTransaction()
    for (const record of records) transaction.append(record)
    return { commit: async () => transaction.commit(), abort: async () => transaction.abort() }
  }

  async timedOut(_topic: string, transactionalId: string): Promise<void> {
    this.#cluster.fence(transactionalId)
  }

  async read(topic: string): Promise<StoredRecord[]> {
    return Array.from({ length: this.#cluster.partitionsOf(topic) }, (_, partition) =>
      this.#cluster.log({ topic, partition }).records.map(record => Object.assign({ partition }, record))
    ).flat()
  }

  async committed(group: string, topic: string, partition: number) {
    return this.#cluster.committed(group, { topic, partition })
  }

  transport({ group, outputTopics = [], events, queueRows, transactionalId }: TransportOptions): FakeTransport {
    this.#cluster.queueRows = queueRows ?? 100_000
    this.#cluster.group(group).eager = this.#eager
    return createFakeTransport(this.#cluster, {
      group,
      outputTopics,
      events: { ...silent, ...events },
      transactional: transactionalId
    })
  }

  async breakForGood(member: Member): Promise<Member> {
    const consumer = member.consumer as FakeConsumer
    consumer.fail(-150, 'fenced')
    consumer.expire()
    return member
  }

  unreachable() {
    const down = new FakeCluster()
    down.down = 'nothing listens there'
    const options = { group: 'none', outputTopics: [], events: silent }
    return { transport: createFakeTransport(down, options), cause: /can't connect: nothing listens there/ }
  }

  async close(): Promise<void> {}

  #refusalOf({ topic, value, timestampMs }: ProducedRow): FakeError | undefined {
    const { maxBatchBytes = MAX_ROW_BYTES, maxAgeMs = Infinity } = this.#limits.get(topic) ?? {}
    if ((value?.length ?? 0) > maxBatchBytes) return { code: 10, message: 'too large' }
    return timestampMs < Date.now() - maxAgeMs ? { code: 32, message: 'invalid timestamp' } : undefined
  }
}
