import { commandProperties } from '../../config/client-properties.ts'
import { readEnvironment } from '../../config/read-environment.ts'
import { readAt } from '../../dead-letters/slices.ts'
import { ConfluentAdmin } from '../../kafka/confluent/admin.ts'
import type { Properties } from '../../kafka/confluent/client.ts'
import { ConfluentRangeReader } from '../../kafka/confluent/range-reader.ts'
import type { TopicPartition } from '../../kafka/ports.ts'
import type { OffsetRange } from '../../kafka/range-reader.ts'
import type { RecordPosition, StoredRecord } from '../../kafka/stored-record.ts'
import type { CommandContext } from '../command.ts'
import { localBroker } from '../local-broker.ts'
import { OpenClients } from '../open-clients.ts'

type ReadSettings = Awaited<ReturnType<typeof readEnvironment>>

/** The dead-letter topic of the settings, and the rest of the cluster as far as dead letters are about it. */
export class DeadLetterTopic {
  readonly read: ReadSettings
  /** The broker inside librdkafka, which has no transactions. */
  readonly isSimulated: boolean
  readonly clients: OpenClients
  readonly consumerProperties: Properties
  readonly admin: ConfluentAdmin
  readonly reader: ConfluentRangeReader
  #partitions: ReadonlyMap<string, number> = new Map()

  /**
   * @throws SettingsError
   * @throws Error if there is no such topic, or no broker.
   */
  static async open({ environment, onUnclosed }: CommandContext): Promise<DeadLetterTopic> {
    const broker = localBroker(environment)
    const read = await readEnvironment(broker.environment)
    const topic = new DeadLetterTopic(read, broker.simulated, new OpenClients(onUnclosed))
    try {
      await topic.clients.connect(topic.admin)
      await topic.clients.connect(topic.reader)
      topic.#partitions = await topic.admin.partitionCounts()
      topic.mustExist(topic.name)
    } catch (error) {
      await topic.close()
      throw error
    }
    return topic
  }

  private constructor(read: ReadSettings, isSimulated: boolean, clients: OpenClients) {
    this.read = read
    this.isSimulated = isSimulated
    this.clients = clients
    this.consumerProperties = commandProperties(read, 'consumer')
    this.admin = new ConfluentAdmin(this.consumerProperties)
    this.reader = new ConfluentRangeReader(this.consumerProperties)
  }

  get name(): string {
    return this.read.settings.dlqTopic
  }

  get partitions(): readonly TopicPartition[] {
    const { name } = this
    return Array.from({ length: this.partitionsOf(name) }, (_, partition) => ({ topic: name, partition }))
  }

  /** 0 for a topic that does not exist. */
  partitionsOf(topic: string): number {
    return this.#partitions.get(topic) ?? 0
  }

  mustExist(topic: string): void {
    if (this.partitionsOf(topic) === 0) throw new Error(`there is no topic "${topic}"; create it first`)
  }

  /** All that is there and committed. */
  async ranges(): Promise<OffsetRange[]> {
    const { partitions } = this
    const begins = await this.#begins(partitions)
    const ends = await this.reader.stableEnds(partitions)
    return partitions.map(({ topic, partition }, index) => {
      return { topic, partition, from: begins[index], to: ends[index] }
    })
  }

  /** The record at a position of any topic; undefined if there is none (any more). */
  async recordAt(position: RecordPosition): Promise<StoredRecord | undefined> {
    if (position.partition >= this.partitionsOf(position.topic)) return undefined
    const [begin] = await this.#begins([position])
    const [end] = await this.reader.stableEnds([position])
    return begin <= position.offset && position.offset < end ? readAt(this.reader, position) : undefined
  }

  close(): Promise<void> {
    return this.clients.close()
  }

  async #begins(partitions: readonly TopicPartition[]): Promise<number[]> {
    const found = await this.admin.beginningOffsets(partitions)
    const offsets = new Map(found.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
    return partitions.map(({ topic, partition }) => offsets.get(`${topic}/${partition}`) ?? 0)
  }
}
