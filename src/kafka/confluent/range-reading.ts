import type { Header } from '../../pipeline.ts'
import type { TopicPartition } from '../ports.ts'
import type { OffsetRange, RangeRecord, RangeVisitor } from '../range-reader.ts'
import type { ConsumedMessage, PartitionEnd } from './client.ts'
import { fromNative, type NativeHeader } from './headers.ts'

interface OpenRange extends TopicPartition {
  readonly range: number
  readonly from: number
  to: number
}

/** How far each range of one call has been read: hands on what belongs to them, and knows when nothing is left. */
export class RangeReading {
  readonly #visitor: RangeVisitor
  readonly #open = new Map<string, Map<number, OpenRange>>()
  readonly #record = new ReusedRangeRecord()
  left = 0

  constructor(ranges: readonly OffsetRange[], visitor: RangeVisitor) {
    this.#visitor = visitor
    ranges.forEach((range, index) => {
      if (range.from >= range.to) return
      const partitions = this.#open.get(range.topic) ?? new Map<number, OpenRange>()
      this.#open.set(range.topic, partitions.set(range.partition, { ...range, range: index }))
      this.left++
    })
  }

  get open(): OpenRange[] {
    return Array.from(this.#open.values(), partitions => Array.from(partitions.values())).flat()
  }

  /** Answers the partitions of which nothing more is wanted. */
  take(messages: readonly ConsumedMessage[], ends: readonly PartitionEnd[]): TopicPartition[] {
    const done: TopicPartition[] = []
    for (const message of messages) {
      const open = this.#open.get(message.topic)?.get(message.partition)
      if (open === undefined) continue
      if (this.#isBeyond(open, message.offset, done)) continue
      this.#visitor.record(this.#record.of(message), open.range)
      this.#isBeyond(open, message.offset + 1, done)
    }
    for (const { topic, partition, offset } of ends) {
      const open = this.#open.get(topic)?.get(partition)
      if (open !== undefined) this.#isBeyond(open, offset, done)
    }
    return done
  }

  waitingFor(): string {
    const names = this.open.map(({ topic, partition, to }) => `${topic}/${partition} up to ${to}`)
    return `still to be read: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`
  }

  /** Offsets have gaps: that a range has ended may be told only by the first record that is not wanted. */
  #isBeyond(open: OpenRange, offset: number, done: TopicPartition[]): boolean {
    const { topic, partition, range } = open
    while (offset >= open.to) {
      const further = this.#visitor.ended?.(range, open.to) ?? open.to
      if (further <= open.to) {
        this.#open.get(topic)?.delete(partition)
        this.left--
        done.push({ topic, partition })
        return true
      }
      open.to = further
    }
    return false
  }
}

/** One object for all messages. Its headers are looked through only if somebody asks. */
class ReusedRangeRecord implements RangeRecord {
  topic = ''
  partition = 0
  offset = 0
  timestampMs = 0
  key: Uint8Array | null = null
  value: Uint8Array | null = null
  #headers: readonly NativeHeader[] = []

  of(message: ConsumedMessage): this {
    this.topic = message.topic
    this.partition = message.partition
    this.offset = message.offset
    this.timestampMs = message.timestamp
    this.key = message.key
    this.value = message.value
    this.#headers = message.headers ?? []
    return this
  }

  get headers(): readonly Header[] {
    return fromNative(this.#headers)
  }

  lastHeader(name: string): Uint8Array | undefined {
    return this.#headers.findLast(header => Object.hasOwn(header, name))?.[name]
  }
}
