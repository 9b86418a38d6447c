import { setTimeout as delay } from 'node:timers/promises'
import type { AdminClient, CommittedOffset, CreatedTopic, NewTopic, PartitionOffset } from '../admin.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { TopicPartition } from '../ports.ts'
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

const TIMEOUT_MS = 10_000
const RETRY_DELAY_MS = 100
/** The broker that keeps a group's offsets is being found, changes, or reads them in: so it is for a moment after each start. */
const COORDINATOR_MOVES: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_LOADING,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR
])

type RawAdmin = ReturnType<typeof ConfluentClient.createFrom>
type Callback<T> = (error: ClientError | null | undefined, answer: T) => void

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
  #closing: Promise<void> | undefined

  /** `properties`: at least `bootstrap.servers`, and whatever the cluster wants to see of security. */
  constructor(properties: Properties) {
    this.#properties = properties
  }

  async connect(): Promise<void> {
    this.#client = await connectClient(
      'admin client',
      () => new KafkaConsumer({ 'group.id': 'millrace-admin', ...this.#properties }, WITHOUT_TOPIC_PROPERTIES)
    )
    this.#admin = ConfluentClient.createFrom(this.#client)
  }

  async createTopics(topics: readonly NewTopic[]): Promise<CreatedTopic[]> {
    const created: CreatedTopic[] = []
    for (const topic of topics) created.push(await this.#createTopic(topic))
    return created
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      await unlessGone(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () =>
        called(`delete topic "${topic}"`, callback =>
          this.#connected(this.#admin).deleteTopic(topic, TIMEOUT_MS, error => callback(error, undefined))
        )
      )
    }
  }

  deleteGroup(group: string): Promise<void> {
    return unlessGone(ErrorCode.GROUP_ID_NOT_FOUND, () =>
      whileCoordinatorMoves(() => deleteGroup(this.#connected(this.#admin), group, TIMEOUT_MS))
    )
  }

  async partitionCounts(): Promise<ReadonlyMap<string, number>> {
    return partitionCounts(this.#connected(this.#client), TIMEOUT_MS)
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
      const answer = await called<GroupDescriptions>(what, callback =>
        this.#connected(this.#admin).describeGroups([group], { timeout: TIMEOUT_MS }, callback)
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
    this.#closing ??= this.#client === undefined ? Promise.resolve() : disconnectClient(this.#client, 'admin client')
    return this.#closing
  }

  async #listCommitted(
    group: string,
    partitions: readonly TopicPartition[],
    requireStableOffsets: boolean
  ): Promise<CommittedOffset[]> {
    const what = `read the committed offsets of group "${group}"`
    const request = [{ groupId: group, partitions: partitions.map(named) }]
    const answer = await whileCoordinatorMoves(() =>
      called<{ partitions: TopicPartitionOffset[]; error?: ClientError }[]>(what, callback => {
        const options = { timeout: TIMEOUT_MS, requireStableOffsets }
        this.#connected(this.#admin).listConsumerGroupOffsets(request, options, callback)
      })
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
      await called(`create topic "${topic}"`, callback =>
        this.#connected(this.#admin).createTopic(request, TIMEOUT_MS, error => callback(error, undefined))
      )
      return { topic, status: 'created' }
    } catch (error) {
      if (error instanceof KafkaError && error.code === ErrorCode.TOPIC_ALREADY_EXISTS)
        return { topic, status: 'existing' }
      throw error
    }
  }

  async #listOffsets(partitions: readonly TopicPartition[], offset: typeof LATEST): Promise<PartitionOffset[]> {
    if (partitions.length === 0) return []
    const request = partitions.map(partition => ({ ...named(partition), offset }))
    const answer = await called<TopicPartitionOffset[]>('read offsets', callback =>
      this.#connected(this.#admin).listOffsets(request, { timeout: TIMEOUT_MS }, callback)
    )
    return answer.map(({ topic, partition, offset: found, error }) => {
      if (error) throw new KafkaError(error.code, `can't read the offsets of ${topic}/${partition}: ${error.message}`)
      return { topic, partition, offset: found ?? -1 }
    })
  }

  #connected<T>(client: T | undefined): T {
    if (client === undefined) throw new KafkaError(ErrorCode.STATE, 'the admin client is not connected')
    return client
  }
}

interface GroupDescriptions {
  readonly groups: readonly { readonly members: readonly unknown[]; readonly error?: ClientError }[]
}

interface TopicPartitionOffset extends TopicPartition {
  readonly offset?: number
  readonly metadata?: string | null
  readonly error?: ClientError
}

async function unlessGone(gone: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== gone) throw error
  }
}

async function whileCoordinatorMoves<T>(call: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + TIMEOUT_MS
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const moves = error instanceof KafkaError && COORDINATOR_MOVES.has(error.code)
      if (!moves || performance.now() > deadlineMs) throw error
      await delay(RETRY_DELAY_MS)
    }
  }
}

async function deleteGroup(admin: RawAdmin, group: string, timeout: number): Promise<void> {
  const what = `delete group "${group}"`
  const answer = await called<readonly { readonly error?: ClientError }[]>(what, callback =>
    admin.deleteGroups([group], { timeout }, callback as never)
  )
  const error = answer.find(each => each.error)?.error
  if (error) throw new KafkaError(error.code, `can't ${what}: ${error.message}`)
}

function called<T>(what: string, call: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error) reject(new KafkaError(error.code, `can't ${what}: ${error.message}`))
      else resolve(answer)
    })
  })
}

function named({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}
