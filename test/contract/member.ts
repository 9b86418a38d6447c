import type {
  AssignedPartition,
  ConsumerEvent,
  PollResult,
  RecordConsumer,
  TopicPartition
} from '../../src/kafka/ports.ts'
import { shapeOf } from '../../src/slabs/layout.ts'
import { readRecord } from '../../src/slabs/reader.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SlabWriter, type IncomingRecord } from '../../src/slabs/writer.ts'
import { SLAB_RECORDS } from './harness.ts'

export interface ReceivedRecord extends IncomingRecord {
  readonly epoch: number
  readonly omittedBytes: number
}

/** A member of a group that does what the pipeline's loop does, a step at a time, and keeps what it saw. */
export class Member {
  readonly consumer: RecordConsumer
  readonly records: ReceivedRecord[] = []
  readonly events: ConsumerEvent[] = []
  /** What was asked back and not yet given up. */
  revoked: readonly TopicPartition[] = []
  slab: Slab
  maxRecordBytes = 1_000_000
  /** Off: assignments are left to the test. */
  answering = true
  /** Where partitions begin; undefined for what is committed. */
  beginAt: number | undefined
  #assigned: AssignedPartition[] = []
  #epoch = 0

  constructor(consumer: RecordConsumer, slabBytes = 64 * 1024) {
    this.consumer = consumer
    this.slab = Slab.allocate(shapeOf(SLAB_RECORDS, slabBytes))
  }

  async join(topics: readonly string[]): Promise<this> {
    await this.consumer.connect()
    this.consumer.subscribe(topics)
    return this
  }

  async poll(): Promise<PollResult> {
    this.slab.clear()
    const result = await this.consumer.poll(new SlabWriter(this.slab, this.maxRecordBytes))
    this.#handle(result)
    this.#keepRecords()
    return result
  }

  async pollWithoutSlab(): Promise<PollResult> {
    const result = await this.consumer.poll(undefined)
    this.#handle(result)
    return result
  }

  async pollUntil(condition: () => boolean): Promise<void> {
    while (!condition()) await this.poll()
  }

  /** Answers an assignment that was left to the test. */
  assignOffered(): void {
    this.#assign(this.events.flatMap(event => (event.type === 'assigned' ? event.partitions : [])))
    this.answering = true
  }

  /** Commits nothing; gives up what was asked back. */
  giveUp(): void {
    const revoked = this.revoked
    this.revoked = []
    this.consumer.unassign(revoked)
  }

  /** Answers the new epoch. */
  rewind({ topic, partition }: TopicPartition, offset: number): number {
    const epoch = ++this.#epoch
    this.consumer.rewind([{ topic, partition, epoch, offset }])
    this.#assigned = this.#assigned.map(held => (isAt(held, partition, topic) ? { topic, partition, epoch } : held))
    return epoch
  }

  /** What was received of a partition, from the record on of which so many had come before. */
  recordsOf(partition: number, since = 0): ReceivedRecord[] {
    return this.records.slice(since).filter(record => record.partition === partition)
  }

  ends(): { readonly epoch: number; readonly offset: number }[] {
    return this.events.flatMap(event => (event.type === 'end' ? [{ epoch: event.epoch, offset: event.offset }] : []))
  }

  assigned(): readonly AssignedPartition[] {
    return this.#assigned
  }

  #handle({ events }: PollResult): void {
    this.events.push(...events)
    for (const event of events) {
      if (event.type === 'assigned' && this.answering) this.#assign(event.partitions)
      if (event.type === 'revoked') this.#revoke(event.partitions)
    }
  }

  #assign(partitions: readonly TopicPartition[]): void {
    const assigned = partitions.map(({ topic, partition }) => ({ topic, partition, epoch: ++this.#epoch }))
    this.consumer.assign(
      assigned.map(({ topic, partition, epoch }) => ({ topic, partition, epoch, offset: this.beginAt }))
    )
    this.#assigned.push(...assigned)
  }

  #revoke(partitions: readonly TopicPartition[]): void {
    this.revoked = partitions
    this.#assigned = this.#assigned.filter(
      held => !partitions.some(({ topic, partition }) => isAt(held, partition, topic))
    )
  }

  #keepRecords(): void {
    const { slab } = this
    for (let batch = 0; batch < slab.batches; batch++) {
      for (let index = slab.batchFirstRecord[batch]; index < slab.batchEnd(batch); index++) {
        const { key, value, headers, ...rest } = readRecord(slab, batch, index)
        this.records.push({
          ...rest,
          key: key && Buffer.from(key),
          value: value && Buffer.from(value),
          headers: headers.map(header => ({ name: header.name, value: Buffer.from(header.value) })),
          epoch: slab.batchEpoch[batch],
          omittedBytes: slab.omittedBytes[index]
        })
      }
    }
  }
}

/** Polls all of them in turn until the condition holds. */
export async function pollAll(members: readonly Member[], condition: () => boolean): Promise<void> {
  while (!condition()) for (const member of members) await member.poll()
}

/** As `pollAll`, and whoever is asked for partitions gives them up, without a commit. */
export async function pollAndGiveUp(members: readonly Member[], condition: () => boolean): Promise<void> {
  while (!condition()) await pollOnceAndGiveUp(members)
}

export async function pollOnceAndGiveUp(members: readonly Member[]): Promise<void> {
  for (const member of members) {
    await member.poll()
    if (member.revoked.length > 0) member.giveUp()
  }
}

function isAt(held: TopicPartition, partition: number, topic: string): boolean {
  return held.topic === topic && held.partition === partition
}

/** Offsets in the order in which they came, such as `0-63 40-99` where some were repeated. */
export function spans(records: readonly ReceivedRecord[]): string {
  const found: [number, number][] = []
  for (const { offset } of records) {
    const last = found.at(-1)
    if (last !== undefined && offset === last[1] + 1) last[1] = offset
    else found.push([offset, offset])
  }
  return found.map(([first, end]) => `${first}-${end}`).join(' ')
}
