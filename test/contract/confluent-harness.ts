import { setTimeout as delay } from 'node:timers/promises'
import { ConfluentAdmin } from '../../src/kafka/confluent/admin.ts'
import type { Properties } from '../../src/kafka/confluent/client.ts'
import { createConfluentTransport, type ConfluentOptions } from '../../src/kafka/confluent/transport.ts'
import type { CommitOffset, Transport } from '../../src/kafka/ports.ts'
import { readTopic } from '../kafka/topic-reader.ts'
import { Member } from './member.ts'
import { RawWriter } from './raw-writer.ts'
import {
  SLAB_RECORDS,
  uniqueName,
  type Harness,
  type NewRecord,
  type OpenTransaction,
  type StoredRecord,
  type TopicLimits,
  type TransportOptions
} from './harness.ts'

const silent = { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }

/** How the members of a group share out partitions. */
export type GroupKind = 'cooperative' | 'eager' | 'consumer' | 'named'

const GROUP_PROPERTIES: Readonly<Record<GroupKind, Properties>> = {
  cooperative: classic('cooperative-sticky'),
  eager: classic('range'),
  named: classic('cooperative-sticky'),
  consumer: { 'group.protocol': 'consumer' }
}

/** Makes the transport that is tested. */
export type MakeTransport = (options: ConfluentOptions) => Transport

export class ConfluentHarness implements Harness {
  readonly #make: MakeTransport
  readonly #bootstrap: string
  readonly #kind: GroupKind
  readonly #admin: ConfluentAdmin
  readonly #writer: RawWriter
  readonly #partitions = new Map<string, number>()
  readonly #fencing: Member[] = []

  static async start(
    brokers: string,
    kind: GroupKind = 'cooperative',
    make: MakeTransport = createConfluentTransport
  ): Promise<ConfluentHarness> {
    const admin = new ConfluentAdmin({ 'bootstrap.servers': brokers })
    await admin.connect()
    return new ConfluentHarness(brokers, kind, make, admin, await RawWriter.connect(brokers))
  }

  private constructor(
    bootstrap: string,
    kind: GroupKind,
    make: MakeTransport,
    admin: ConfluentAdmin,
    writer: RawWriter
  ) {
    this.#make = make
    this.#bootstrap = bootstrap
    this.#kind = kind
    this.#admin = admin
    this.#writer = writer
  }

  async createTopic(partitions: number, limits: TopicLimits = {}): Promise<string> {
    const topic = uniqueName('topic')
    await this.#admin.createTopics([{ topic, partitions, replicationFactor: 1, config: configOf(limits) }])
    this.#partitions.set(topic, partitions)
    return topic
  }

  append(topic: string, partition: number, records: readonly NewRecord[]): Promise<void> {
    return this.#writer.write(topic, partition, records)
  }

  async #end(topic: string, partition: number): Promise<number> {
    return (await this.#admin.endOffsets([{ topic, partition }]))[0].offset
  }

  async openTransaction(topic: string, partition: number, records: readonly NewRecord[]): Promise<OpenTransaction> {
    const writer = await RawWriter.connect(this.#bootstrap, uniqueName('upstream'))
    await writer.begin()
    await writer.write(topic, partition, records)
    return { commit: () => writer.end('commit'), abort: () => writer.end('abort') }
  }

  async timedOut(topic: string): Promise<void> {
    // The row and the marker of the abort.
    while ((await this.#end(topic, 0)) < 2) await delay(20)
  }

  read(topic: string): Promise<StoredRecord[]> {
    return readTopic(this.#bootstrap, topic, this.#partitions.get(topic) ?? 0, 'left out')
  }

  async committed(group: string, topic: string, partition: number): Promise<CommitOffset | undefined> {
    const [committed] = await this.#admin.committedOffsets(group, [{ topic, partition }])
    return committed.offset < 0 ? undefined : committed
  }

  transport(options: TransportOptions): Transport {
    return this.#make({
      consumerProperties: this.#consumerProperties(options),
      producerProperties: this.#producerProperties(options),
      outputTopics: options.outputTopics ?? [],
      slabRecords: SLAB_RECORDS,
      events: { ...silent, ...options.events }
    })
  }

  /** KIP-848 refuses the one that comes later; before it, the earlier one was fenced. */
  async breakForGood(member: Member, options: TransportOptions, topic: string): Promise<Member> {
    const other = await new Member(this.transport(options).consumer).join([topic])
    this.#fencing.push(other)
    await other.poll()
    return this.#kind === 'consumer' ? other : member
  }

  unreachable() {
    const nowhere = { 'bootstrap.servers': '127.0.0.1:1' }
    const transport = this.#make({
      consumerProperties: { ...nowhere, 'group.id': 'none' },
      producerProperties: { ...nowhere, 'enable.idempotence': true },
      outputTopics: [],
      slabRecords: SLAB_RECORDS,
      events: silent,
      connectAttemptsMs: [300, 300]
    })
    return { transport, cause: /can't connect: .*Connection refused/ }
  }

  async close(): Promise<void> {
    for (const member of this.#fencing) await member.consumer.disconnect()
    await this.#writer.disconnect()
    await this.#admin.disconnect()
  }

  #consumerProperties({ group, instance }: TransportOptions): Properties {
    const name = instance ?? (this.#kind === 'named' ? uniqueName('instance') : undefined)
    return {
      'bootstrap.servers': this.#bootstrap,
      'group.id': group,
      ...(name && { 'group.instance.id': name }),
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
      'auto.offset.reset': 'earliest',
      'fetch.wait.max.ms': 50,
      // Stable offsets are known by these.
      'statistics.interval.ms': 200,
      ...GROUP_PROPERTIES[this.#kind]
    }
  }

  #producerProperties({ queueRows = 100_000, ...options }: TransportOptions): Properties {
    const { transactionalId, transactionTimeoutMs = 15_000 } = options
    const transactional = { 'transactional.id': transactionalId ?? '', 'transaction.timeout.ms': transactionTimeoutMs }
    return {
      'bootstrap.servers': this.#bootstrap,
      'enable.idempotence': true,
      'linger.ms': 5,
      'queue.buffering.max.messages': queueRows,
      'delivery.timeout.ms': transactionTimeoutMs,
      ...(transactionalId !== undefined && transactional)
    }
  }
}

function classic(strategy: string): Properties {
  return {
    'partition.assignment.strategy': strategy,
    'session.timeout.ms': 6_000,
    'heartbeat.interval.ms': 200
  }
}

function configOf({ maxBatchBytes, maxAgeMs }: TopicLimits): Record<string, string> {
  return {
    ...(maxBatchBytes !== undefined && { 'max.message.bytes': String(maxBatchBytes) }),
    ...(maxAgeMs !== undefined && { 'message.timestamp.before.max.ms': String(maxAgeMs) })
  }
}
