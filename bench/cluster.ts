import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureJars, KAFKA_VERSION } from '../scripts/broker/kafka-jars.ts'
import { libsDirOf } from '../scripts/broker/kafka-kind.ts'
import { startKafka } from '../scripts/broker/kafka-process.ts'
import { StepLine } from '../scripts/broker/step-line.ts'
import { ConfluentAdmin } from '../src/kafka/confluent/admin.ts'

const PARTITIONS = 6
/** On a cluster that is not ours the topics stay behind; so they empty themselves. */
const RETENTION_MS = 3_600_000

const root = join(import.meta.dirname, '..')

/** The Kafka that is measured on. */
export class Cluster {
  readonly brokers: string
  readonly #stop: () => Promise<void>
  readonly #admin: ConfluentAdmin
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

  nameOf(purpose: string): string {
    return `${this.#tag}-${purpose}`
  }

  async createTopics(topics: readonly string[], config: Readonly<Record<string, string>> = {}): Promise<void> {
    const settings = { 'retention.ms': String(RETENTION_MS), ...config }
    await this.#admin.createTopics(
      topics.map(topic => ({ topic, partitions: PARTITIONS, replicationFactor: 1, config: settings }))
    )
  }

  /** Records ever written to a topic, over all partitions. */
  async written(topic: string): Promise<number> {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }))
    const ends = await this.#admin.endOffsets(partitions)
    return ends.reduce((sum, { offset }) => sum + offset, 0)
  }

  async close(): Promise<void> {
    await this.#stop()
  }
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
