import { Admin, ConfigResourceTypes, type BaseOptions, type Connection } from '@platformatic/kafka'
import type { ClusterDescription, Config, TopicDescription } from '../../topics/description.ts'
import type { CreatedTopic, NewTopic } from '../admin.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { TopicAdmin } from '../topic-admin.ts'
import { asKafkaError, codeOf, isAddressAsName, reasonOf } from './failure.ts'
import { readMetadata, type Metadata } from './metadata.ts'

/** `TopicAdmin` on @platformatic/kafka, which is loaded for nothing else. */
export class PlatformaticAdmin implements TopicAdmin {
  readonly #options: BaseOptions
  #admin: Admin
  #connection: Connection | undefined

  constructor(options: BaseOptions) {
    this.#options = options
    this.#admin = new Admin(options)
  }

  /** To any broker that answers. */
  async connect(): Promise<void> {
    try {
      await this.#connect().catch(error => this.#connectWithoutNames(error))
    } catch (error) {
      await this.disconnect()
      throw asKafkaError('connect', error)
    }
  }

  async topicNames(): Promise<readonly string[]> {
    const { topics } = await this.#metadata(null)
    return topics.filter(({ isInternal }) => !isInternal).map(({ name }) => name)
  }

  async describe(names: readonly string[]): Promise<ClusterDescription> {
    const { brokers, topics } = await this.#metadata(names)
    const unreadable = topics.flatMap(({ name, errorCode, error }) =>
      errorCode === ErrorCode.NONE || errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        ? []
        : [`topic ${name}: ${error}`]
    )
    const described = new Map<string, TopicDescription>()
    for (const { name, partitions } of topics.filter(({ partitions }) => partitions.length > 0)) {
      const config = await this.#config(ConfigResourceTypes.TOPIC, name, unreadable)
      described.set(name, { partitions, config })
    }
    const brokerConfig = await this.#config(ConfigResourceTypes.BROKER, String(brokers[0]), unreadable)
    return { brokers: brokers.length, brokerConfig, topics: described, unreadable }
  }

  async createTopic({ topic, partitions, replicationFactor, config = {} }: NewTopic): Promise<CreatedTopic> {
    const configs = Object.entries(config).map(([name, value]) => ({ name, value }))
    try {
      await this.#admin.createTopics({ topics: [topic], partitions, replicas: replicationFactor, configs })
      return { topic, status: 'created' }
    } catch (error) {
      if (codeOf(error) === ErrorCode.TOPIC_ALREADY_EXISTS) return { topic, status: 'existing' }
      throw asKafkaError(`create topic "${topic}"`, error)
    }
  }

  async growTopic(topic: string, partitions: number): Promise<void> {
    try {
      await this.#admin.createPartitions({ topics: [{ name: topic, count: partitions }] })
    } catch (error) {
      throw asKafkaError(`give more partitions to topic "${topic}"`, error)
    }
  }

  async disconnect(): Promise<void> {
    await this.#admin.close()
  }

  async #connect(): Promise<void> {
    const { brokers } = await this.#admin.metadata({ topics: [] })
    this.#connection = await this.#firstOf([...brokers.keys()])
  }

  /**
   * Brokers that were named by names may call themselves by addresses, and Node refuses these as names for TLS. The client
   * takes it for all brokers or for none.
   */
  async #connectWithoutNames(error: unknown): Promise<void> {
    if (!this.#options.tlsServerName || !isAddressAsName(error)) throw error
    await this.disconnect()
    this.#admin = new Admin({ ...this.#options, tlsServerName: false })
    await this.#connect()
  }

  /** One that has just been lost is still named for a while. */
  async #firstOf(brokers: readonly number[]): Promise<Connection | undefined> {
    let failure: unknown
    for (const broker of brokers) {
      try {
        return (await this.#admin.connectToBrokers([broker])).get(broker)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  async #metadata(topics: readonly string[] | null): Promise<Metadata> {
    try {
      return await readMetadata(this.#connected(), topics)
    } catch (error) {
      throw asKafkaError('read the list of topics', error)
    }
  }

  async #config(resourceType: 2 | 4, resourceName: string, unreadable: string[]): Promise<Config | undefined> {
    try {
      const [{ configs }] = await this.#admin.describeConfigs({ resources: [{ resourceType, resourceName }] })
      return new Map(configs.flatMap(({ name, value }) => (typeof value === 'string' ? [[name, value] as const] : [])))
    } catch (error) {
      if (codeOf(error) === undefined) throw asKafkaError('read settings', error)
      const whose = resourceType === ConfigResourceTypes.TOPIC ? `topic ${resourceName}` : 'the brokers'
      unreadable.push(`settings of ${whose}: ${reasonOf(error)}`)
      return undefined
    }
  }

  #connected(): Connection {
    if (this.#connection === undefined) throw new KafkaError(ErrorCode.STATE, 'the client is not connected')
    return this.#connection
  }
}
