import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureJars, KAFKA_VERSION } from '../scripts/broker/kafka-jars.ts'
import { libsDirOf } from '../scripts/broker/kafka-kind.ts'
import { startKafka } from '../scripts/broker/kafka-process.ts'
import { StepLine } from '../scripts/broker/step-line.ts'
import { untilKnown } from '../src/benchmark/bench-topics.ts'
import { allPartitions } from '../src/kafka/all-partitions.ts'
import { ConfluentAdmin } from '../src/kafka/confluent/admin.ts'
import { ConfluentRangeReader } from '../src/kafka/confluent/range-reader.ts'
import { ErrorCode, type KafkaError } from '../src/kafka/kafka-error.ts'
import type { TopicPartition } from '../src/kafka/ports.ts'
import type { RangeRecord } from '../src/kafka/range-reader.ts'

/** Where a bench is killed its topics stay behind; so they empty themselves. */
const RETENTION_MS = 3_600_000

type TopicConfig = Readonly<Record<string, string>>

const root = join(import.meta.dirname, '..')

/** The Kafka that is measured on. */
export class Cluster {
  readonly brokers: string
  readonly #stop: () => Promise<void>
  readonly #admin: ConfluentAdmin
  /** Of each topic that is there now. */
  readonly #partitions = new Map<string, number>()
  #names = 0
  /** In the names of all topics and groups, so that no run sees another's. */
  readonly #tag = `millrace-bench-${Date.now().toString(36)}`

  private constructor(brokers: string, admin: ConfluentAdmin, stop: () => Promise<void>) {
    this.brokers = brokers
    this.#admin = admin
    this.#stop = stop
  }

  /** Uses the brokers that are given, or starts a Kafka that dies with this process. */
  static async open(brokers: string | undefined): Promise<Cluster> {
    const { bootstrap, stop } = brokers === undefined ? await startOwn() : { bootstrap: brokers }
    const admin = new ConfluentAdmin({ 'bootstrap.servers': bootstrap })
    await admin.connect()
    return new Cluster(bootstrap, admin, async () => {
      await admin.disconnect()
      await stop?.()
    })
  }

  get properties(): Readonly<Record<string, string>> {
    return { 'bootstrap.servers': this.brokers }
  }

  /** Another one each time: a name that was used and deleted is not forgotten at once by all clients. */
  nameOf(purpose: string): string {
    return `${this.#tag}-${++this.#names}-${purpose}`
  }

  async createTopics(topics: readonly string[], partitions: number, config: TopicConfig = {}): Promise<void> {
    const settings = { 'retention.ms': String(RETENTION_MS), ...config }
    await this.#admin.createTopics(topics.map(topic => ({ topic, partitions, replicationFactor: 1, config: settings })))
    for (const topic of topics) this.#partitions.set(topic, partitions)
    await untilKnown(this.#admin, topics, partitions)
  }

  /** What a run leaves: its topics, and what is kept of its group. */
  async remove(topics: readonly string[], group?: string): Promise<void> {
    await this.#admin.deleteTopics(topics)
    for (const topic of topics) this.#partitions.delete(topic)
    if (group !== undefined) await this.#admin.deleteGroup(group).catch(ifLeftInHaste)
  }

  partitionsOf(topic: string): TopicPartition[] {
    return allPartitions(topic, this.#partitions.get(topic) ?? 0)
  }

  /** Offsets ever given to records of a topic, over all partitions; transactions take some for themselves. */
  async written(topic: string): Promise<number> {
    const ends = await this.#admin.endOffsets(this.partitionsOf(topic))
    return ends.reduce((sum, { offset }) => sum + offset, 0)
  }

  /** Hands every committed record of a topic to the visitor. */
  async read(topic: string, visit: (record: RangeRecord) => void): Promise<void> {
    const reader = new ConfluentRangeReader(this.properties)
    await reader.connect()
    try {
      const partitions = this.partitionsOf(topic)
      const ends = await reader.stableEnds(partitions)
      const ranges = partitions.map(({ partition }, index) => ({ topic, partition, from: 0, to: ends[index] }))
      await reader.read(ranges, { record: visit })
    } finally {
      await reader.disconnect()
    }
  }

  /** Removes all topics that are left. */
  async close(): Promise<void> {
    await this.#admin.deleteTopics([...this.#partitions.keys()])
    await this.#stop()
  }
}

/** A program that ended without leaving is a member for as long as its session lasts; its group expires by itself. */
function ifLeftInHaste(error: unknown): void {
  if ((error as KafkaError).code !== ErrorCode.NON_EMPTY_GROUP) throw error
}

async function startOwn(): Promise<{ bootstrap: string; stop?: () => Promise<void> }> {
  const dir = join(root, '.test/bench/kafka')
  const libsDir = libsDirOf(join(root, '.kafka'))
  const step = new StepLine(`Kafka ${KAFKA_VERSION}`)
  await ensureJars(libsDir, undefined, undefined, ({ done, total }) => {
    step.detail = `${done} of ${total} jars`
  })
  // What an earlier bench has left is nobody's.
  await rm(dir, { recursive: true, force: true })
  const kafka = await startKafka({ dir, libsDir, heapMb: 1024 })
  step.done(`Kafka ${KAFKA_VERSION} on ${kafka.bootstrap}, for the bench alone`)
  return {
    bootstrap: kafka.bootstrap,
    stop: async () => {
      await kafka.stop()
      await rm(dir, { recursive: true, force: true })
    }
  }
}
