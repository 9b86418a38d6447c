import type { SlabWriter } from '../../slabs/writer.ts'
import { asMember } from '../librdkafka/as-member.ts'
import { CallsUnderWay } from '../librdkafka/calls-under-way.ts'
import type { Properties } from '../librdkafka/client-types.ts'
import { Commits } from '../librdkafka/commits.ts'
import { committedPositions } from '../librdkafka/committed-positions.ts'
import { DISCONNECT_TIMEOUT_MS } from '../librdkafka/connecting.ts'
import { ConsumerStatistics } from '../librdkafka/consumer-statistics.ts'
import { Rebalance } from '../librdkafka/rebalance.ts'
import { Rewinds, type Position } from '../librdkafka/rewinds.ts'
import type { Membership } from '../librdkafka/transactional-client.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type {
  CommitOffset,
  CommittedPosition,
  ConsumerEvent,
  PollResult,
  RecordConsumer,
  TopicPartition
} from '../ports.ts'
import { flat, succeed, type Addon, type NativeConsumerClient, type NativeEvent } from './addon.ts'
import { committedSource } from './committed-source.ts'
import { connectNative, type Connection } from './connection.ts'
import { NativeEpochs } from './epochs.ts'
import { giveEverythingBack } from './give-everything-back.ts'
import { groupClient } from './group.ts'
import { Pauses } from './pauses.ts'
import { Polling } from './polling.ts'
import { truncated } from './truncated.ts'

/** The client answers within a millisecond; it only sets off the fetch. */
const SEEK_TIMEOUT_MS = 2_000
const STATISTICS_INTERVAL_MS = 5_000
const ROLE = 'consumer'

export interface NativeConsumerOptions {
  readonly addon: Addon
  readonly consumerProperties: Properties
  readonly connectAttemptsMs?: readonly number[] | undefined
}

type Happening = Exclude<NativeEvent, { type: 'log' }>

/** `RecordConsumer` on the addon: a call fills a slab. */
export class NativeConsumer implements RecordConsumer, Membership<NativeConsumerClient> {
  readonly #options: NativeConsumerOptions
  readonly #events: ConsumerEvent[] = []
  readonly #client = () => this.#connected().client
  readonly #epochs = new NativeEpochs(this.#client)
  readonly #drop = (partitions: readonly TopicPartition[]): void => {
    for (const { topic, partition } of partitions) this.#client().drop(topic, partition)
  }
  readonly #rewinds = new Rewinds(this.#epochs, this.#events, this.#drop)
  readonly #rebalance = new Rebalance(this.#epochs, this.#events, partitions => {
    this.#drop(partitions)
    this.#rewinds.cancel(partitions)
  })
  readonly #pauses = new Pauses(this.#client)
  readonly #commits = new Commits(() => ({ commit: offsets => this.#client().commit(offsets)?.code ?? 0 }))
  readonly #statistics = new ConsumerStatistics()
  readonly #calls = new CallsUnderWay()
  readonly #polling: Polling
  #connection: Connection<NativeConsumerClient> | undefined
  /** What a poll is to reject with. */
  #failure: KafkaError | undefined
  #closing: Promise<void> | undefined
  #closed = false

  constructor(options: NativeConsumerOptions) {
    this.#options = options
    this.#polling = new Polling({
      events: this.#events,
      client: () => this.#open(),
      serve: () => this.#serve(),
      beforeFill: () => this.#rewinds.run(position => this.#seek(position))
    })
  }

  async connect(): Promise<void> {
    const { addon, consumerProperties, connectAttemptsMs } = this.#options
    const properties = flat({
      'statistics.interval.ms': STATISTICS_INTERVAL_MS,
      ...consumerProperties,
      'enable.partition.eof': true
    })
    const make = (woken: () => void) => new addon.Consumer(properties, woken)
    const connection = await connectNative(ROLE, make, connectAttemptsMs).catch((error: KafkaError) => {
      this.#statistics.unreachable()
      throw error
    })
    this.#connection = connection
    this.#rebalance.attach(groupClient(connection.client))
    connection.listener = { woken: () => this.#polling.wake(), happened: event => this.#happened(event) }
  }

  subscribe(topics: readonly string[]): void {
    succeed(this.#open().subscribe(topics))
  }

  poll(into: SlabWriter | undefined): Promise<PollResult> {
    return this.#polling.poll(into)
  }

  hold(): void {
    this.#polling.held = true
  }

  release(): void {
    this.#polling.held = false
  }

  assign(partitions: Parameters<RecordConsumer['assign']>[0]): void {
    this.#betweenPolls('assign')
    // In librdkafka a pause outlives the assignment that it was made under.
    this.#pauses.resume(partitions)
    this.#rebalance.assign(partitions)
  }

  unassign(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('unassign')
    this.#commits.forget(partitions)
    this.#rebalance.unassign(partitions)
    this.#pauses.resume(partitions)
  }

  rewind(partitions: readonly Position[]): void {
    this.#betweenPolls('rewind')
    this.#rewinds.add(partitions)
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('pause')
    this.#pauses.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('resume')
    this.#pauses.resume(partitions)
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedPosition[]> {
    return committedPositions(committedSource(this.#open()), this.#calls, partitions)
  }

  commit(offsets: readonly CommitOffset[]): Promise<void> {
    return this.#commits.commit(offsets, () => undefined)
  }

  endOffset({ topic, partition }: TopicPartition): number {
    if (this.#connection === undefined || this.#closing !== undefined) return -1
    return this.#connection.client.endOffset(topic, partition)
  }

  stableOffset(partition: TopicPartition): number {
    return this.#closing === undefined ? this.#statistics.stableOffset(partition) : -1
  }

  get reachable(): boolean {
    return this.#statistics.reachable
  }

  unsubscribe(): void {
    succeed(this.#open().unsubscribe())
  }

  disconnect(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async asMember<T>(call: (client: NativeConsumerClient) => Promise<T>): Promise<T> {
    const client = this.#open()
    return asMember(client, this.#rebalance, this.#calls, () => call(client))
  }

  async #close(): Promise<void> {
    const connection = this.#connection
    if (connection === undefined) return
    this.#commits.close()
    this.#polling.wake()
    await this.#polling.idle()
    await this.#calls.close(ROLE, DISCONNECT_TIMEOUT_MS)
    await giveEverythingBack(connection, this.#rebalance, this.#isNamed)
    this.#closed = true
    await connection.close(ROLE)
  }

  #serve(): void {
    this.#connected().serve()
    const failure = this.#failure
    if (failure !== undefined) throw failure
  }

  #happened(event: Happening): void {
    switch (event.type) {
      case 'end':
        return void this.#events.push(event)
      case 'rebalance':
        return this.#rebalance.callback({ code: event.code, message: '' }, event.partitions)
      case 'committed':
        return this.#commits.callback(event.code === 0 ? undefined : event)
      case 'statistics':
        return this.#statistics.onStatistics(event)
      case 'error': {
        const { code, message, fatal } = event
        return void this.#events.push({ type: 'error', code, message, fatal })
      }
      case 'truncated':
        this.#failure ??= truncated(event)
    }
  }

  async #seek(position: Position): Promise<KafkaError | undefined> {
    const client = this.#open()
    const { topic, partition, offset } = position
    const { problem, partitions } = await this.#calls.run(() =>
      client.seek([{ topic, partition, offset }], SEEK_TIMEOUT_MS)
    )
    if (problem !== undefined) return new KafkaError(problem.code, problem.message)
    const refused = partitions.find(({ code }) => code !== 0)
    return refused && new KafkaError(refused.code, `error ${refused.code}`)
  }

  #betweenPolls(call: string): void {
    if (this.#polling.underWay) throw new KafkaError(ErrorCode.STATE, `${call} belongs between polls`)
  }

  /** A static member: the group keeps its partitions for it, for as long as its session lasts. */
  get #isNamed(): boolean {
    return this.#options.consumerProperties['group.instance.id'] !== undefined
  }

  /** For what may be done while it closes. */
  #connected(): Connection<NativeConsumerClient> {
    if (this.#connection === undefined || this.#closed) throw notConnected()
    return this.#connection
  }

  #open(): NativeConsumerClient {
    if (this.#closing !== undefined) throw notConnected()
    return this.#connected().client
  }
}

function notConnected(): KafkaError {
  return new KafkaError(ErrorCode.STATE, 'the consumer is not connected')
}
