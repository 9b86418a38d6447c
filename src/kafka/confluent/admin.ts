import type { AdminClient, CommittedOffset, CreatedTopic, NewTopic, PartitionOffset } from '../admin.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { allPartitions } from '../all-partitions.ts'
import { CallsUnderWay } from '../librdkafka/calls-under-way.ts'
import { DISCONNECT_TIMEOUT_MS } from '../librdkafka/connecting.ts'
import type { TopicPartition } from '../ports.ts'
import {
  called,
  TIMEOUT_MS,
  unlessGone,
  untilLeaderComes,
  whileCoordinatorMoves,
  type Callback
} from './admin-calls.ts'
import {
  AdminClient as ConfluentClient,
  EARLIEST,
  KafkaConsumer,
  LATEST,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ConsumerClient,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient } from './connection.ts'
import { commitForGroup } from './group-commit.ts'
import { partitionCounts } from '../librdkafka/output-topics.ts'

const ROLE = 'admin client'

type RawAdmin = ReturnType<typeof ConfluentClient.createFrom>

/**
 * `AdminClient` on kafka-javascript. It stands on a consumer, which can say why it does not connect. Not on a producer: a
 * broker that has just started may answer a request for committed offsets with "not coordinator", and librdkafka, told so,
 * has its own group look for the coordinator anew. Without a group that is a segmentation fault (librdkafka#5040). The
 * consumer never joins the group that it names.
 */
export class ConfluentAdmin implements AdminClient {
  readonly #properties: Properties
  #client: ConsumerClient | undefined
  #admin: RawAdmin | undefined
  /** The addon's part for these calls keeps the consumer's handle, and would use it after it has been freed. */
  readonly #calls = new CallsUnderWay()
  #closing: Promise<void> | undefined

  /** `properties`: at least `bootstrap.servers`, and whatever the cluster wants to see of security. */
  constructor(properties: Properties) {
    this.#properties = properties
  }

  async connect(): Promise<void> {
    this.#client = await connectClient(
      ROLE,
      () => new KafkaConsumer({ 'group.id': 'millrace-admin', ...this.#properties }, WITHOUT_TOPIC_PROPERTIES)
    )
    this.#admin = ConfluentClient.createFrom(this.#client)
  }

  async createTopics(topics: readonly NewTopic[]): Promise<CreatedTopic[]> {
    const created: CreatedTopic[] = []
    for (const topic of topics) created.push(await this.#createTopic(topic))
    // What is written before may be lost, and be reported as written (KAFKA-15591):
    // 1. A topic's metadata say who leads a partition before the leader itself knows: it refuses a producer's first request.
    // 2. Then it knows and takes the second, which was under way, as of a producer that is new to it any sequence is the first.
    // 3. To librdkafka that acknowledges the first request, too, which so is not sent again.
    for (const { topic, partitions } of topics.filter((_, index) => created[index].status === 'created')) {
      await untilLeaderComes(() => this.#askLeaders(topic, partitions))
    }
    return created
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      await unlessGone(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () =>
        this.#call(`delete topic "${topic}"`, (admin, callback: Callback<undefined>) =>
          admin.deleteTopic(topic, TIMEOUT_MS, error => callback(error, undefined))
        )
      )
    }
  }

  deleteGroup(group: string): Promise<void> {
    return unlessGone(ErrorCode.GROUP_ID_NOT_FOUND, () => whileCoordinatorMoves(() => this.#deleteGroup(group)))
  }

  async partitionCounts(): Promise<ReadonlyMap<string, number>> {
    const client = this.#connected(this.#client)
    return this.#calls.run(() => partitionCounts(client, TIMEOUT_MS))
  }

  beginningOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    return this.#listOffsets(partitions, EARLIEST)
  }

  endOffsets(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    return this.#listOffsets(partitions, LATEST)
  }

  committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.#listCommitted(group, partitions, false)
  }

  settledOffsets(group: string, partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    return this.#listCommitted(group, partitions, true)
  }

  async memberCount(group: string): Promise<number> {
    const what = `describe group "${group}"`
    const { groups } = await whileCoordinatorMoves(async () => {
      const answer = await this.#call(what, (admin, callback: Callback<GroupDescriptions>) =>
        admin.describeGroups([group], { timeout: TIMEOUT_MS }, callback)
      )
      const [{ error }] = answer.groups
      if (error) throw new KafkaError(error.code, `can't ${what}: ${error.message}`)
      return answer
    })
    return groups[0].members.length
  }

  setCommittedOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    return whileCoordinatorMoves(() => commitForGroup({ ...this.#properties, 'group.id': group }, offsets))
  }

  disconnect(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#calls.close(ROLE, DISCONNECT_TIMEOUT_MS)
    if (this.#client !== undefined) await disconnectClient(this.#client, ROLE)
  }

  async #call<T>(what: string, call: (admin: RawAdmin, callback: Callback<T>) => void): Promise<T> {
    const admin = this.#connected(this.#admin)
    return this.#calls.run(() => called(what, callback => call(admin, callback)))
  }

  async #listCommitted(
    group: string,
    partitions: readonly TopicPartition[],
    requireStableOffsets: boolean
  ): Promise<CommittedOffset[]> {
    const what = `read the committed offsets of group "${group}"`
    const request = [{ groupId: group, partitions: partitions.map(named) }]
    const answer = await whileCoordinatorMoves(() =>
      this.#call(what, (admin, callback: Callback<GroupOffsets[]>) =>
        admin.listConsumerGroupOffsets(request, { timeout: TIMEOUT_MS, requireStableOffsets }, callback)
      )
    )
    const [{ partitions: offsets, error = offsets.find(each => each.error)?.error }] = answer
    if (error) throw new KafkaError(error.code, `can't ${what}: ${error.message}`)
    return offsets.map(({ topic, partition, offset, metadata }) => ({
      topic,
      partition,
      offset: Math.max(offset ?? -1, -1),
      metadata: metadata ?? ''
    }))
  }

  async #createTopic({ topic, partitions, replicationFactor, config }: NewTopic): Promise<CreatedTopic> {
    const request = { topic, num_partitions: partitions, replication_factor: replicationFactor, config: { ...config } }
    try {
      await this.#call(`create topic "${topic}"`, (admin, callback: Callback<undefined>) =>
        admin.createTopic(request, TIMEOUT_MS, error => callback(error, undefined))
      )
      return { topic, status: 'created' }
    } catch (error) {
      if (error instanceof KafkaError && error.code === ErrorCode.TOPIC_ALREADY_EXISTS)
        return { topic, status: 'existing' }
      throw error
    }
  }

  async #askLeaders(topic: string, partitions: number): Promise<void> {
    // Without it the client goes on to say for a long time that there is no such topic, once it was asked too early.
    await this.partitionCounts()
    await this.endOffsets(allPartitions(topic, partitions))
  }

  async #listOffsets(partitions: readonly TopicPartition[], offset: typeof LATEST): Promise<PartitionOffset[]> {
    if (partitions.length === 0) return []
    const request = partitions.map(partition => ({ ...named(partition), offset }))
    const answer = await this.#call('read offsets', (admin, callback: Callback<TopicPartitionOffset[]>) =>
      admin.listOffsets(request, { timeout: TIMEOUT_MS }, callback)
    )
    return answer.map(({ topic, partition, offset: found, error }) => {
      if (error) throw new KafkaError(error.code, `can't read the offsets of ${topic}/${partition}: ${error.message}`)
      return { topic, partition, offset: found ?? -1 }
    })
  }

  async #deleteGroup(group: string): Promise<void> {
    const what = `delete group "${group}"`
    const answer = await this.#call(what, (admin, callback: Callback<readonly { readonly error?: ClientError }[]>) =>
      admin.deleteGroups([group], { timeout: TIMEOUT_MS }, callback as never)
    )
    const error = answer.find(each => each.error)?.error
    if (error) throw new KafkaError(error.code, `can't ${what}: ${error.message}`)
  }

  #connected<T>(client: T | undefined): T {
    if (client === undefined) throw new KafkaError(ErrorCode.STATE, 'the admin client is not connected')
    return client
  }
}

interface GroupDescriptions {
  readonly groups: readonly { readonly members: readonly unknown[]; readonly error?: ClientError }[]
}

interface GroupOffsets {
  readonly partitions: TopicPartitionOffset[]
  readonly error?: ClientError
}

interface TopicPartitionOffset extends TopicPartition {
  readonly offset?: number
  readonly metadata?: string | null
  readonly error?: ClientError
}

function named({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}
