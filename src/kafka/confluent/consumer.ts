import type { SlabWriter } from '../../slabs/writer.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type {
  CommitOffset,
  CommittedPosition,
  ConsumerEvent,
  PollResult,
  RecordConsumer,
  TopicPartition
} from '../ports.ts'
import { Assignment } from './assignment.ts'
import { asMember } from '../librdkafka/as-member.ts'
import { CallsUnderWay } from '../librdkafka/calls-under-way.ts'
import {
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ConsumerClient,
  type NativeConsumer,
  type Properties
} from './client.ts'
import { Commits } from '../librdkafka/commits.ts'
import { committedPositions } from '../librdkafka/committed-positions.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { DISCONNECT_TIMEOUT_MS } from '../librdkafka/connecting.ts'
import { ConsumerStatistics } from '../librdkafka/consumer-statistics.ts'
import { Pauses } from './pauses.ts'
import { PendingRecords } from './pending-records.ts'
import { Polling } from './polling.ts'
import { Rebalance } from '../librdkafka/rebalance.ts'
import { Rewinds, type Position } from '../librdkafka/rewinds.ts'
import type { Membership } from '../librdkafka/transactional-client.ts'

/** The client answers within a millisecond; it only sets off the fetch. */
const SEEK_TIMEOUT_MS = 2_000
const STATISTICS_INTERVAL_MS = 5_000

export interface ConsumerOptions {
  readonly consumerProperties: Properties
  readonly slabRecords: number
  readonly connectAttemptsMs?: readonly number[]
}

/** `RecordConsumer` on kafka-javascript's raw `consume(n)`. */
export class ConfluentConsumer implements RecordConsumer, Membership<ConsumerClient> {
  readonly #properties: Properties
  readonly #attemptsMs: readonly number[] | undefined
  readonly #events: ConsumerEvent[] = []
  readonly #assignment = new Assignment()
  readonly #pending = new PendingRecords(this.#assignment)
  readonly #rewinds = new Rewinds(this.#assignment, this.#events, partitions => this.#pending.drop(partitions))
  readonly #rebalance = new Rebalance(this.#assignment, this.#events, partitions => {
    this.#pending.drop(partitions)
    this.#rewinds.cancel(partitions)
  })
  readonly #pauses = new Pauses()
  readonly #commits = new Commits(() => this.#native())
  readonly #statistics = new ConsumerStatistics()
  readonly #calls = new CallsUnderWay()
  readonly #polling: Polling
  #client: ConsumerClient | undefined
  #closing: Promise<void> | undefined

  constructor(options: ConsumerOptions) {
    this.#properties = options.consumerProperties
    this.#attemptsMs = options.connectAttemptsMs
    this.#polling = new Polling({
      pending: this.#pending,
      events: this.#events,
      slabRecords: options.slabRecords,
      native: () => this.#native(),
      beforeConsume: () => this.#beforeConsume(),
      awaited: () => this.#commits.waiting && this.#closing === undefined
    })
  }

  async connect(): Promise<void> {
    const properties = {
      'statistics.interval.ms': STATISTICS_INTERVAL_MS,
      ...this.#properties,
      'enable.partition.eof': true,
      rebalance_cb: this.#rebalance.callback,
      offset_commit_cb: this.#commits.callback
    }
    const make = () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES)
    const client = await connectClient('consumer', make, this.#attemptsMs).catch((error: KafkaError) => {
      this.#statistics.unreachable()
      throw error
    })
    this.#client = client
    this.#rebalance.attach(client)
    client.on('event.stats', this.#statistics.onStatistics)
    onError(client, error => this.#events.push({ type: 'error', ...error }))
  }

  subscribe(topics: readonly string[]): void {
    this.#connected().subscribe([...topics])
  }

  poll(into: SlabWriter | undefined): Promise<PollResult> {
    return this.#polling.poll(into)
  }

  hold(): void {
    this.#pauses.hold(true)
  }

  release(): void {
    this.#pauses.hold(false)
  }

  assign(partitions: Parameters<RecordConsumer['assign']>[0]): void {
    this.#betweenPolls('assign')
    this.#rebalance.assign(partitions)
    // A pause ends with the assignment that it was made under, and the client may not know yet.
    this.#pauses.resume(partitions)
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
    this.#pending.restore(partitions)
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedPosition[]> {
    return committedPositions(this.#connected(), this.#calls, partitions)
  }

  commit(offsets: readonly CommitOffset[]): Promise<void> {
    return this.#commits.commit(offsets, () => this.#polling.keepServing())
  }

  endOffset({ topic, partition }: TopicPartition): number {
    if (this.#client === undefined || this.#closing !== undefined) return -1
    const watermarks = this.#native().getWatermarkOffsets(topic, partition)
    return typeof watermarks === 'number' ? -1 : Math.max(watermarks.highOffset, -1)
  }

  stableOffset(partition: TopicPartition): number {
    return this.#closing === undefined ? this.#statistics.stableOffset(partition) : -1
  }

  get reachable(): boolean {
    return this.#statistics.reachable
  }

  unsubscribe(): void {
    this.#connected().unsubscribe()
  }

  disconnect(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async asMember<T>(call: (client: ConsumerClient) => Promise<T>): Promise<T> {
    const client = this.#connected()
    return asMember(client, this.#rebalance, this.#calls, () => call(client))
  }

  async #close(): Promise<void> {
    const client = this.#client
    if (client === undefined) return
    this.#commits.close()
    // The client crashes if it is closed under a call.
    await this.#polling.idle()
    await this.#calls.close('consumer', DISCONNECT_TIMEOUT_MS)
    this.#rebalance.close()
    await disconnectClient(client, 'consumer')
  }

  /** What is only to be done while no `consume` is under way. */
  async #beforeConsume(): Promise<void> {
    await this.#rewinds.run(position => this.#seek(position))
    this.#pauses.apply(this.#connected(), () => [...this.#assignment.list(), ...this.#rewinds.partitions])
    this.#pending.setAside(this.#pauses.partitions)
  }

  #seek({ topic, partition, offset }: Position): Promise<KafkaError | undefined> {
    const client = this.#connected()
    const sought = () =>
      new Promise<KafkaError | undefined>(resolve => {
        client.seek({ topic, partition, offset }, SEEK_TIMEOUT_MS, (error: ClientError | null | undefined) =>
          resolve(error ? new KafkaError(error.code, error.message) : undefined)
        )
      })
    return this.#calls.run(sought)
  }

  #betweenPolls(call: string): void {
    if (this.#polling.underWay) throw new KafkaError(ErrorCode.STATE, `${call} belongs between polls`)
  }

  #native(): NativeConsumer {
    return nativeConsumer(this.#connected())
  }

  #connected(): ConsumerClient {
    if (this.#client === undefined || this.#closing !== undefined) {
      throw new KafkaError(ErrorCode.STATE, 'the consumer is not connected')
    }
    return this.#client
  }
}
