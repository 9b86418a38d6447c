import type { SlabWriter } from '../../slabs/writer.ts'
import type { ConsumerEvent, TopicPartition } from '../ports.ts'
import type { Assignment } from './assignment.ts'
import type { ConsumedMessage, PartitionEnd } from './client.ts'
import { nameOf } from '../librdkafka/partition-name.ts'
import { ReusedRecord } from './reused-record.ts'

/** What is kept of a paused partition. */
interface Aside {
  readonly messages: ConsumedMessage[]
  readonly ends: (PartitionEnd | undefined)[]
}

/**
 * Messages that the client handed out and no slab has taken yet, in order, with the ends of partitions seen between
 * them. Mostly empty after each poll: what is left over did not fit the slab.
 *
 * Those of a partition that is paused are set aside: the client reads on behind them when it is resumed, so they come
 * first then.
 */
export class PendingRecords {
  readonly #assignment: Assignment
  readonly #record = new ReusedRecord()
  #messages: (ConsumedMessage | undefined)[] = []
  #nextMessage = 0
  #ends: (PartitionEnd | undefined)[] = []
  #nextEnd = 0
  readonly #aside = new Map<string, Aside>()

  constructor(assignment: Assignment) {
    this.#assignment = assignment
  }

  get size(): number {
    return this.#messages.length - this.#nextMessage
  }

  add(messages: ConsumedMessage[], ends: PartitionEnd[]): void {
    if (this.#isEmpty) {
      this.#messages = messages
      this.#nextMessage = 0
      this.#ends = ends
      this.#nextEnd = 0
      return
    }
    const before = this.#messages.length
    for (const message of messages) this.#messages.push(message)
    for (const end of ends) this.#ends.push({ ...end, messageIndex: end.messageIndex + before })
  }

  /**
   * Hands over as much as fits; without a slab only ends before which no record is left. Answers the bytes of input
   * arena that the next record needs if that is why not even one was taken, else 0.
   */
  deliver(into: SlabWriter | undefined, events: ConsumerEvent[]): number {
    let needsBytes = 0
    if (into !== undefined) {
      for (; this.#nextMessage < this.#messages.length; this.#nextMessage++) {
        needsBytes = this.#append(into, this.#messages[this.#nextMessage])
        if (needsBytes > 0) break
      }
    }
    this.#deliverEnds(events)
    return into?.records === 0 ? needsBytes : 0
  }

  /** Forgets what is left of these partitions, so that it is never delivered under a later epoch. */
  drop(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#aside.delete(nameOf(partition))
    if (this.#isEmpty) return
    const isDropped = (at: TopicPartition | undefined) => partitions.some(partition => isOf(partition, at))
    this.#messages = this.#messages.map(message => (isDropped(message) ? undefined : message))
    this.#ends = this.#ends.map(end => (isDropped(end) ? undefined : end))
  }

  /** Keeps what is left of these from being delivered until `restore`, and whatever `drop` does not take. */
  setAside(partitions: readonly TopicPartition[]): void {
    if (this.#isEmpty) return
    for (const partition of partitions) {
      const name = nameOf(partition)
      const aside = this.#aside.get(name) ?? { messages: [], ends: [] }
      const before = aside.messages.length
      const messages = this.#messages.slice(this.#nextMessage)
      const left = this.#ends.slice(this.#nextEnd)
      aside.messages.push(...messages.filter((message): message is ConsumedMessage => isOf(partition, message)))
      for (const end of left.filter((each): each is PartitionEnd => isOf(partition, each))) {
        const preceding = messages.slice(0, Math.max(end.messageIndex + 1 - this.#nextMessage, 0))
        const own = preceding.filter(message => isOf(partition, message)).length
        aside.ends.push({ ...end, messageIndex: before + own - 1 })
      }
      this.drop([partition])
      if (aside.messages.length + aside.ends.length > 0) this.#aside.set(name, aside)
    }
  }

  /** What was set aside of these is next. */
  restore(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      const aside = this.#aside.get(nameOf(partition))
      if (aside === undefined) continue
      this.#aside.delete(nameOf(partition))
      const shift = aside.messages.length - this.#nextMessage
      const ends = this.#ends.slice(this.#nextEnd)
      this.#messages = [...aside.messages, ...this.#messages.slice(this.#nextMessage)]
      this.#ends = aside.ends
      for (const end of ends) this.#ends.push(end && { ...end, messageIndex: end.messageIndex + shift })
      this.#nextMessage = 0
      this.#nextEnd = 0
    }
  }

  get #isEmpty(): boolean {
    return this.size === 0 && this.#nextEnd === this.#ends.length
  }

  #append(into: SlabWriter, message: ConsumedMessage | undefined): number {
    if (message === undefined) return 0
    const epoch = this.#assignment.epochFor(message)
    if (epoch === 0) return 0
    const needsBytes = into.append(epoch, this.#record.of(message))
    if (needsBytes === 0) this.#assignment.delivered(message)
    return needsBytes
  }

  #deliverEnds(events: ConsumerEvent[]): void {
    for (; this.#nextEnd < this.#ends.length; this.#nextEnd++) {
      const end = this.#ends[this.#nextEnd]
      if (end === undefined) continue
      if (end.messageIndex >= this.#nextMessage) return
      const epoch = this.#assignment.epochOf(end.topic, end.partition)
      if (epoch !== 0) events.push({ type: 'end', epoch, offset: end.offset })
    }
  }
}

function isOf({ topic, partition }: TopicPartition, at: TopicPartition | undefined): boolean {
  return at?.topic === topic && at.partition === partition
}
