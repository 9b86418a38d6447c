import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../../src/kafka/kafka-error.ts'
import type {
  AssignedPartition,
  CommitOffset,
  CommittedPosition,
  ConsumerEvent,
  PollResult,
  RecordConsumer,
  TopicPartition
} from '../../src/kafka/ports.ts'
import type { SlabWriter } from '../../src/slabs/writer.ts'
import type { FakeCluster, FakeError } from './cluster.ts'
import type { FakeGroup, Member } from './group.ts'
import { nameOf } from './log.ts'

/** How many records of one partition are delivered before the next one's. */
const RECORDS_IN_TURN = 10
/** Kafka's default, but for the zero byte that the transports write behind it. */
const MAX_METADATA_BYTES = 4_095
const METADATA_TOO_LARGE = 12
const UNKNOWN_MEMBER = 25

interface Position extends AssignedPartition {
  next: number
  /** The end that was told last. */
  endTold: number
}

export class FakeConsumer implements RecordConsumer, Member {
  readonly #cluster: FakeCluster
  readonly #groupName: string
  readonly #group: FakeGroup
  readonly #events: ConsumerEvent[] = []
  readonly #positions = new Map<string, Position>()
  /** Asked back and not yet given up; nothing at all is delivered while there are any. */
  readonly #revoking = new Set<string>()
  /** Unassigned, and not told to the group before all that it asked for is. */
  readonly #givenUp: TopicPartition[] = []
  readonly #offered = new Set<string>()
  readonly #paused = new Set<string>()
  subscription: readonly string[] = []
  #expired = false
  #held = false
  #polling = false
  #connected = false

  constructor(cluster: FakeCluster, group: string) {
    this.#cluster = cluster
    this.#groupName = group
    this.#group = cluster.group(group)
  }

  async connect(): Promise<void> {
    if (this.#cluster.down !== undefined) {
      throw new KafkaError(ErrorCode.TRANSPORT, `the consumer can't connect: ${this.#cluster.down}`)
    }
    this.#connected = true
  }

  subscribe(topics: readonly string[]): void {
    this.subscription = topics
    this.#group.join(this)
  }

  async poll(into: SlabWriter | undefined): Promise<PollResult> {
    if (this.#polling) throw new KafkaError(ErrorCode.STATE, 'one poll at a time')
    if (!this.#connected) throw new KafkaError(ErrorCode.STATE, 'the consumer is not connected')
    this.#polling = true
    // As with a broker, the answer never comes within the same turn of the event loop.
    await nextTurn()
    try {
      let needsBytes = this.#deliver(into)
      if (this.#events.length === 0 && (into === undefined || into.records === 0) && needsBytes === 0) {
        await delay(1)
        needsBytes = this.#deliver(into)
      }
      const events = this.#events.splice(0)
      return needsBytes > 0 ? { events, needsBytes } : { events }
    } finally {
      this.#polling = false
    }
  }

  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
  }

  assign(partitions: Parameters<RecordConsumer['assign']>[0]): void {
    this.#betweenPolls('assign')
    for (const partition of partitions) {
      this.#offered.delete(nameOf(partition))
      const committed = this.#cluster.committed(this.#groupName, partition)
      this.#positions.set(nameOf(partition), {
        ...partition,
        next: partition.offset ?? committed?.offset ?? 0,
        endTold: -1
      })
    }
  }

  unassign(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('unassign')
    for (const partition of partitions) {
      this.#positions.delete(nameOf(partition))
      this.#paused.delete(nameOf(partition))
      this.#revoking.delete(nameOf(partition))
    }
    this.#givenUp.push(...partitions)
    if (this.#revoking.size > 0) return
    this.#group.release(this, this.#givenUp.splice(0))
    if (this.#expired) this.#rejoin()
  }

  rewind(partitions: readonly (AssignedPartition & { readonly offset: number })[]): void {
    this.#betweenPolls('rewind')
    for (const { offset, ...partition } of partitions) {
      if (!this.#positions.has(nameOf(partition))) {
        throw new KafkaError(ErrorCode.STATE, `rewind: ${nameOf(partition)} is not assigned`)
      }
      this.#positions.set(nameOf(partition), { ...partition, next: offset, endTold: -1 })
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('pause')
    for (const name of partitions.map(nameOf)) if (this.#positions.has(name)) this.#paused.add(name)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('resume')
    for (const partition of partitions) this.#paused.delete(nameOf(partition))
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedPosition[]> {
    await nextTurn()
    await this.#cluster.commitsReleased()
    const error = this.#cluster.committedErrors.shift() ?? this.#unreachable()
    if (error !== undefined) throw new KafkaError(error.code, `what is committed is not known: ${error.message}`)
    return partitions.map(({ topic, partition }) => {
      const { offset = -1, metadata = '' } = this.#cluster.committed(this.#groupName, { topic, partition }) ?? {}
      return { topic, partition, offset, metadata }
    })
  }

  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    const error = this.#cluster.commitErrors.shift() ?? this.refusalOf(offsets) ?? this.#unreachable()
    await nextTurn()
    await this.#cluster.commitsReleased()
    if (error !== undefined) throw new KafkaError(error.code, `commit failed: ${error.message}`)
    this.write(offsets)
  }

  endOffset(partition: TopicPartition): number {
    return this.#positions.has(nameOf(partition)) ? this.#cluster.log(partition).end : -1
  }

  stableOffset(partition: TopicPartition): number {
    return this.#positions.has(nameOf(partition)) ? this.#cluster.log(partition).stableOffset : -1
  }

  get reachable(): boolean {
    return this.#connected && this.#cluster.down === undefined
  }

  unsubscribe(): void {
    this.subscription = []
    this.#group.leave(this)
  }

  async disconnect(): Promise<void> {
    if (!this.#connected) return
    this.#connected = false
    this.#group.leave(this)
    const all = [...this.#positions.values(), ...[...this.#offered, ...this.#revoking].map(partitionOf)]
    this.#positions.clear()
    this.#group.release(this, all)
  }

  /** For tests: the client has failed for good. */
  fail(code: number, message: string): void {
    this.#events.push({ type: 'error', code, message, fatal: true })
  }

  /** For tests: the group takes this member for dead. */
  expire(): void {
    this.#expired = true
    this.#group.expire(this)
  }

  /** For transactions: why the group would not take these. */
  refusalOf(offsets: readonly CommitOffset[]): FakeError | undefined {
    if (offsets.some(({ metadata }) => Buffer.byteLength(metadata ?? '') > MAX_METADATA_BYTES)) {
      return { code: METADATA_TOO_LARGE, message: 'offset metadata too large' }
    }
    return this.#expired ? { code: UNKNOWN_MEMBER, message: 'unknown member' } : undefined
  }

  /** For transactions: the group takes these. */
  write(offsets: readonly CommitOffset[]): void {
    for (const offset of offsets) this.#cluster.commits.push({ ...offset, group: this.#groupName })
  }

  onAssigned(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#offered.add(nameOf(partition))
    this.#events.push({ type: 'assigned', partitions })
  }

  onRevoked(partitions: readonly TopicPartition[], lost: boolean): void {
    for (const partition of partitions) this.#revoking.add(nameOf(partition))
    if (partitions.length > 0) this.#events.push({ type: 'revoked', partitions, lost })
    else if (lost) this.#rejoin()
  }

  #rejoin(): void {
    this.#expired = false
    if (this.subscription.length > 0) this.#group.join(this)
  }

  #deliver(into: SlabWriter | undefined): number {
    if (into === undefined || this.#held || this.#cluster.down !== undefined) return 0
    if (this.#revoking.size > 0 || this.#offered.size > 0) return 0
    for (let before = -1; into.records > before;) {
      before = into.records
      for (const [name, position] of this.#positions) {
        if (this.#paused.has(name)) continue
        const needsBytes = this.#deliverFrom(position, into)
        if (needsBytes > 0) return into.records === 0 ? needsBytes : 0
      }
    }
    return 0
  }

  /** A few at a time: partitions take turns within a slab, as they do where fetches of several brokers come in. */
  #deliverFrom(position: Position, into: SlabWriter): number {
    const { topic, partition, epoch } = position
    const log = this.#cluster.log(position)
    const first = log.indexOf(position.next)
    const end = Math.min(first + RECORDS_IN_TURN, log.records.length)
    for (let index = first; index < end; index++) {
      const record = log.records[index]
      const needsBytes = into.append(epoch, { topic, partition, ...record })
      if (needsBytes > 0) return needsBytes
      position.next = record.offset + 1
    }
    if (end < log.records.length) return 0
    const { stableOffset: offset } = log
    position.next = offset
    if (position.endTold !== offset) this.#events.push({ type: 'end', epoch, offset })
    position.endTold = offset
    return 0
  }

  #unreachable(): FakeError | undefined {
    const { down } = this.#cluster
    return down === undefined ? undefined : { code: ErrorCode.TRANSPORT, message: down }
  }

  #betweenPolls(call: string): void {
    if (this.#polling) throw new KafkaError(ErrorCode.STATE, `${call} belongs between polls`)
  }
}

function partitionOf(name: string): TopicPartition {
  const slash = name.lastIndexOf('/')
  return { topic: name.slice(0, slash), partition: Number(name.slice(slash + 1)) }
}
