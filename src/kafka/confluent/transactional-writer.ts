import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Header } from '../../pipeline.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommitOffset, CommittedPosition, ProduceFailure, TopicPartition } from '../ports.ts'
import { isVerdict, remedyFor } from '../produce-errors.ts'
import { CallsUnderWay } from '../librdkafka/calls-under-way.ts'
import {
  type ConsumerClient,
  KafkaConsumer,
  nativeProducer,
  type Properties,
  WITHOUT_TOPIC_PROPERTIES
} from './client.ts'
import { committedPositions } from '../librdkafka/committed-positions.ts'
import { connectClient, disconnectClient } from './connection.ts'
import { DISCONNECT_TIMEOUT_MS } from '../librdkafka/connecting.ts'
import { toNative } from './headers.ts'
import { nameOf } from '../librdkafka/partition-name.ts'
import { TransactionalClient } from '../librdkafka/transactional-client.ts'
import { ConfluentTransactionalConnection } from './transactional-connection.ts'

type Client = TransactionalClient<ConsumerClient, ConfluentTransactionalConnection>

export interface TransactionalRecord extends TopicPartition {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
  /** Milliseconds since 1970. */
  readonly timestampMs: number
}

export interface TransactionalWriterOptions {
  /** For both clients: at least `bootstrap.servers`, and whatever the cluster wants to see of security. */
  readonly consumerProperties: Properties
  readonly producerProperties: Properties
  /** Whoever connects with it last is the only one that can write. */
  readonly transactionalId: string
  /** Whose offsets are written with the records. It has no members. */
  readonly group: string
  /** After so long the brokers abort a transaction whose writer has died. */
  readonly transactionTimeoutMs: number
}

const QUEUE_WAIT_MS = 10
/** Whatever is in a topic can be written to another one; how large it may be is the brokers' to say. */
const MAX_MESSAGE_BYTES = 1_000_000_000

/**
 * Writes records and the offsets of a group in transactions, one at a time: for commands. Whoever connects under the same
 * name takes over: what the one before had not committed is aborted, and it can write nothing any more.
 */
export class TransactionalWriter {
  readonly #options: TransactionalWriterOptions
  readonly #calls = new CallsUnderWay()
  #client: Client | undefined
  #consumer: ConsumerClient | undefined
  /** Of a record of the transaction under way. */
  #failure: ProduceFailure | undefined
  /** The group's offsets as far as they were read or written, by partition. */
  readonly #known = new Map<string, CommitOffset>()

  constructor(options: TransactionalWriterOptions) {
    this.#options = options
  }

  /** When this resolves nobody else writes under the name, and the group's offsets stand still. */
  async connect(): Promise<void> {
    const { consumerProperties, group } = this.#options
    const properties = {
      ...consumerProperties,
      'group.id': group,
      'enable.auto.commit': false,
      // Offsets of a transaction that is not over yet are waited for.
      'isolation.level': 'read_committed'
    }
    this.#consumer = await connectClient('group', () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES))
    this.#client = await this.#open().catch(async (error: unknown) => {
      await this.disconnect()
      throw error
    })
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedPosition[]> {
    const positions = await committedPositions(this.#consumer!, this.#calls, partitions)
    for (const position of positions) this.#known.set(nameOf(position), position)
    return positions
  }

  /**
   * A transaction: when this resolves the records and the offsets are there, for good. When it rejects there is nothing
   * of either, but for an answer that was lost on the way: who connects next finds out. After an error that
   * `remedyFor` calls `isolate` it can be called again.
   *
   * @throws KafkaError, with the brokers' code if they refused a record, or `FENCED` if another one has taken over.
   */
  async write(records: readonly TransactionalRecord[], offsets: readonly CommitOffset[]): Promise<void> {
    const client = this.#client!
    this.#failure = undefined
    const error = await client.begin()
    if (error !== undefined) throw error
    try {
      for (const record of records) await this.#produce(client, record)
      await client.commit(offsets, { asMember: call => call(this.#consumer!) })
    } catch (thrown) {
      throw await this.#given(client, thrown as KafkaError)
    }
    for (const offset of offsets) this.#known.set(nameOf(offset), offset)
  }

  async disconnect(): Promise<void> {
    await this.#calls.close('group', DISCONNECT_TIMEOUT_MS)
    await Promise.all([this.#client?.close(), this.#consumer && disconnectClient(this.#consumer, 'group')])
  }

  #open(): Promise<Client> {
    const { producerProperties, transactionalId, transactionTimeoutMs } = this.#options
    const properties = {
      'compression.type': 'lz4',
      'message.max.bytes': MAX_MESSAGE_BYTES,
      ...producerProperties,
      'transactional.id': transactionalId,
      'transaction.timeout.ms': transactionTimeoutMs,
      'delivery.timeout.ms': transactionTimeoutMs
    }
    const rowFailed = (failure: ProduceFailure) => {
      if (this.#failure === undefined || isVerdict(failure.code)) this.#failure = failure
    }
    return TransactionalClient.open<ConsumerClient, ConfluentTransactionalConnection>(
      listener => ConfluentTransactionalConnection.open({ properties, alone: false, listener }),
      properties,
      { rowFailed, clientError: () => undefined }
    )
  }

  /** The client copies everything before it answers. */
  async #produce(client: Client, record: TransactionalRecord): Promise<void> {
    const { topic, partition, key, value, headers, timestampMs } = record
    const native = nativeProducer(client.connection.client)
    for (;;) {
      // It takes 0 for "now" and has no word for "none".
      const atMs = Math.max(timestampMs, 0)
      const code = native.produce(topic, partition, value, key, atMs, undefined, toNative(headers))
      // The commit will say what was fatal.
      if (code === ErrorCode.NONE || code === ErrorCode.FATAL) return
      if (code !== ErrorCode.QUEUE_FULL) throw new KafkaError(code, `the client refused a record: error ${code}`)
      await delay(QUEUE_WAIT_MS)
    }
  }

  /** The transaction is given up. Answers the error of which. */
  async #given(client: Client, error: KafkaError): Promise<KafkaError> {
    if (error.code === ErrorCode.FENCED) return error
    // What the brokers refused may be reported right behind, and the client knows it before it has reported it.
    await nextTurn()
    await nextTurn()
    const { code, message } = this.#failure ?? (await client.failure()) ?? error
    if (remedyFor(code) === 'isolate') await this.#renew(client)
    else await client.abort()
    return new KafkaError(code, `the transaction failed: ${message}`, { cause: error })
  }

  /**
   * Where a record was refused, the client and the brokers no longer agree on the numbers of those behind it. A new client
   * would fence another writer that has taken over meanwhile. That one is not to have written anything: else what is
   * written here next could be there already.
   */
  async #renew(client: Client): Promise<void> {
    await client.close().catch(() => undefined)
    this.#client = await this.#open()
    const before = [...this.#known.values()]
    const now = await this.committed(before)
    const isSame = now.every(({ offset, metadata }, index) => {
      return offset === before[index].offset && metadata === (before[index].metadata ?? '')
    })
    if (!isSame) throw new KafkaError(ErrorCode.FENCED, 'another writer has taken over')
  }
}
