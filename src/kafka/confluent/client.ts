import { RdKafka } from '@confluentinc/kafka-javascript'
import type { ClientError, Properties } from '../librdkafka/client-types.ts'
import type { TopicPartition } from '../ports.ts'
import type { NativeHeader, OutgoingHeader } from './headers.ts'

/**
 * The raw API of kafka-javascript, as far as it is used. Only this folder may import the package: its addon can be
 * loaded by one thread of a process, the main one.
 *
 * `getClient()` gives the addon's own object. Four of its methods are called directly, each for a reason: `consume`,
 * because the wrapper emits an event a record and hides at which record a partition ended; `produce` and `commit`,
 * because they answer a code where the wrapper throws (a full queue is no exception); `getWatermarkOffsets` likewise.
 */
export const { AdminClient, Producer } = RdKafka
export const KafkaConsumer = RdKafka.KafkaConsumer as unknown as new (
  ...args: ConstructorParameters<typeof RdKafka.KafkaConsumer>
) => ConsumerClient
export const { EARLIEST, LATEST } = RdKafka.OffsetSpec
/** Of the librdkafka in the addon. */
export const librdkafkaVersion: string = RdKafka.librdkafkaVersion

/** The package's types leave these four out. */
export type ConsumerClient = RdKafka.KafkaConsumer & {
  /** Answers `COOPERATIVE`, `EAGER`, or `NONE` before the first assignment. */
  rebalanceProtocol(): string
  /** The group has taken this member for dead, and it has not unassigned yet. */
  assignmentLost(): boolean
  incrementalAssign(partitions: readonly TopicPartition[]): void
  incrementalUnassign(partitions: readonly TopicPartition[]): void
}
export type ProducerClient = RdKafka.Producer
export type { ClientError, Properties }

export interface ConsumedMessage extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  /** Of the partition's leader that took it; missing where the record's format is older than that. */
  readonly leaderEpoch?: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: readonly NativeHeader[]
}

export interface PartitionEnd extends TopicPartition {
  readonly offset: number
  /** The end was seen after this many messages of the same answer, minus one. */
  readonly messageIndex: number
}

export interface NativeConsumer {
  consume(
    timeoutMs: number,
    messages: number,
    timeoutIsForFirstOnly: boolean,
    callback: (error: ClientError | null, messages: ConsumedMessage[], ends: PartitionEnd[]) => void
  ): void
  /** Answers an error code; the broker's answer comes by `offset_commit_cb`. */
  commit(offsets: readonly (TopicPartition & { readonly offset: number; readonly metadata?: string })[]): number
  /** Answers an error code where nothing is known yet. */
  getWatermarkOffsets(topic: string, partition: number): number | { readonly highOffset: number }
}

export interface NativeProducer {
  /** Copies everything it is given before it answers an error code. */
  produce(
    topic: string,
    partition: number,
    value: Uint8Array | null,
    key: Uint8Array | null,
    timestampMs: number,
    opaque: number | undefined,
    headers: readonly OutgoingHeader[] | undefined
  ): number
}

export function nativeConsumer(client: ConsumerClient): NativeConsumer {
  return client.getClient() as NativeConsumer
}

export function nativeProducer(client: ProducerClient): NativeProducer {
  return client.getClient() as NativeProducer
}

/**
 * The second argument of the client's constructors. Every property is given in the first one; an object here, even an
 * empty one, would silently replace all that are topic properties: `auto.offset.reset`, `acks`, `partitioner`,
 * `compression.type`, `delivery.timeout.ms`.
 */
export const WITHOUT_TOPIC_PROPERTIES = undefined as unknown as RdKafka.ConsumerTopicConfig &
  RdKafka.ProducerTopicConfig
