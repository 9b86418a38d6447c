import { randomBytes } from 'node:crypto'
import { describe, inject } from 'vitest'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import type { PartitionOffset } from '../../src/kafka/admin.ts'
import { testedTransport } from './tested-transport.ts'
import { readTopic, type StoredRecord } from './topic-reader.ts'
import { TopicWriter, type NewRecord } from './topic-writer.ts'
import { until } from './until.ts'

/** `host:port` of the Kafka that the global set-up provides; empty where there is none, and then the tests are skipped. */
export const brokers = inject('brokers') ?? ''

/** `describe` for tests that need a real Kafka. */
export const describeOnKafka: typeof describe = brokers === '' ? (describe.skip as typeof describe) : describe

/** Records with old timestamps must not fall to the broker's clean-up while a test looks for them. */
const KEEP_ALL = { 'retention.ms': '-1' }

export function uniqueName(name: string): string {
  return `${name}-${randomBytes(5).toString('hex')}`
}

export interface TopicShape {
  readonly partitions?: number
  readonly config?: Readonly<Record<string, string>>
}

export type Environment = Record<string, string>

/** The topics and the group of one test: what a processor needs to run on nothing else. */
export interface TestTopics {
  readonly input: string
  readonly processed: string
  readonly deadLetters: string
  readonly cleaned: string
  readonly group: string
  readonly environment: Environment
}

/** What a test does with Kafka besides running a processor on it. */
export class TestKafka {
  readonly #brokers: string
  readonly #admin: ConfluentAdmin
  readonly #partitions = new Map<string, number>()
  #writer!: TopicWriter

  private constructor(bootstrap: string) {
    this.#brokers = bootstrap
    this.#admin = new ConfluentAdmin({ 'bootstrap.servers': bootstrap })
  }

  /** To the Kafka that all tests share, unless a test has one of its own. */
  static async connect(bootstrap = brokers): Promise<TestKafka> {
    const kafka = new TestKafka(bootstrap)
    await kafka.#admin.connect()
    kafka.#writer = await TopicWriter.connect(bootstrap)
    return kafka
  }

  async createTopic(name: string, shape: TopicShape = {}): Promise<string> {
    await this.#create([[name, shape]])
    return name
  }

  /** Four topics, of the same shape unless the outputs are to have another one. */
  async createTopics(shape: TopicShape = {}, outputShape = shape): Promise<TestTopics> {
    const input = uniqueName('user-login')
    const [processed, deadLetters, cleaned] = [`${input}-processed`, `${input}-dlq`, `${input}-cleaned`]
    const outputs = [processed, deadLetters, cleaned].map(topic => [topic, outputShape] as const)
    await this.#create([[input, shape], ...outputs])
    const environment = {
      BROKERS: this.#brokers,
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: processed,
      DLQ_TOPIC: deadLetters,
      CLEANED_TOPIC: cleaned,
      GROUP_ID: input,
      LOG_LEVEL: 'silent',
      TRANSPORT: testedTransport
    }
    return { input, processed, deadLetters, cleaned, group: input, environment }
  }

  write(topic: string, records: Iterable<NewRecord>): Promise<void> {
    return this.#writer.write(topic, records)
  }

  read(topic: string): Promise<StoredRecord[]> {
    return readTopic(this.#brokers, topic, this.#partitionsOf(topic))
  }

  /** How many records a topic of ours holds; transaction markers count too. */
  async count(topic: string): Promise<number> {
    return sum(await this.endOffsets(topic))
  }

  /** By partition. */
  async endOffsets(topic: string): Promise<number[]> {
    return byPartition(await this.#admin.endOffsets(this.#named(topic)))
  }

  /** By partition; -1 where nothing has been committed. */
  async committedOffsets(group: string, topic: string): Promise<number[]> {
    return byPartition(await this.#admin.committedOffsets(group, this.#named(topic)))
  }

  async disconnect(): Promise<void> {
    await this.#writer.disconnect()
    await this.#admin.disconnect()
  }

  async #create(topics: readonly (readonly [name: string, shape: TopicShape])[]): Promise<void> {
    await this.#admin.createTopics(
      topics.map(([topic, { partitions = 1, config }]) => ({
        topic,
        partitions,
        replicationFactor: 1,
        config: { ...KEEP_ALL, ...config }
      }))
    )
    for (const [topic, { partitions = 1 }] of topics) this.#partitions.set(topic, partitions)
    // A topic is created somewhat before its partitions have leaders and the metadata know of it.
    await until('the new topics are known', async () => {
      const known = await this.#admin.partitionCounts()
      return topics.every(([topic]) => known.has(topic))
    })
  }

  #named(topic: string) {
    return Array.from({ length: this.#partitionsOf(topic) }, (_, partition) => ({ topic, partition }))
  }

  #partitionsOf(topic: string): number {
    const partitions = this.#partitions.get(topic)
    if (partitions === undefined) throw new Error(`the test did not create the topic ${topic}`)
    return partitions
  }
}

function byPartition(offsets: readonly PartitionOffset[]): number[] {
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + Math.max(number, 0), 0)
}
