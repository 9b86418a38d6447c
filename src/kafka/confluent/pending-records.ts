import type { SlabWriter } from '../../slabs/writer.ts'
import type { ConsumerEvent, TopicPartition } from '../ports.ts'
import type { Assignment } from './assignment.ts'
import type { ConsumedMessage, PartitionEnd } from './client.ts'
import { ReusedRecord } from './reused-record.ts'

/**
 * Messages that the client handed out and no slab has taken yet, in order, with the ends of partitions seen between
 * them. Mostly empty after each poll: what is left over did not fit the slab.
 */
export class PendingRecords {
  readonly #assignment: Assignment
  readonly #record = new ReusedRecord()
  #messages: (ConsumedMessage | undefined)[] = []
  #nextMessage = 0
  #ends: (PartitionEnd | undefined)[] = []
  #nextEnd = 0

  constructor(assignment: Assignment) {
    this.#assignment = assignment
  }

  get size(): number {
    return this.#messages.length - this.#nextMessage
  }

  add(messages: ConsumedMessage[], ends: PartitionEnd[]): void {
    if (this.size === 0 && this.#nextEnd === this.#ends.length) {
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
    const isDropped = (at: TopicPartition | undefined) =>
      partitions.some(({ topic, partition }) => at?.topic === topic && at.partition === partition)
    this.#messages = this.#messages.map(message => (isDropped(message) ? undefined : message))
    this.#ends = this.#ends.map(end => (isDropped(end) ? undefined : end))
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
