import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { TopicPartition } from '../ports.ts'
import type { OffsetRange, RangeReader, RangeVisitor } from '../range-reader.ts'
import {
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type ClientError,
  type ConsumedMessage,
  type ConsumerClient,
  type PartitionEnd,
  type Properties
} from './client.ts'
import { connectClient, disconnectClient } from './connection.ts'
import { RangeReading } from './range-reading.ts'

const POLL_WAIT_MS = 200
/** Few enough that most are garbage before the next ones come: with 5000, `verify` took 420 MB instead of 230. */
const MESSAGES = 500
/** Longer than a leader's failover takes, and than a transaction that nobody ends by itself. */
const SILENCE_MS = 30_000
const QUERY_TIMEOUT_MS = 10_000
const NEVER = new AbortController().signal

/** `RangeReader` on kafka-javascript's raw `consume(n)`. */
export class ConfluentRangeReader implements RangeReader {
  readonly #properties: Properties
  #client!: ConsumerClient

  /** `properties`: at least `bootstrap.servers`, and whatever the cluster wants to see of security. */
  constructor(properties: Properties) {
    this.#properties = properties
  }

  async connect(): Promise<void> {
    const properties = {
      'group.id': 'millrace-reader',
      // Of all partitions together, and as they come; they are larger when they are unpacked.
      'queued.max.messages.kbytes': 8_192,
      'fetch.queue.backoff.ms': 10,
      'fetch.wait.max.ms': 50,
      ...this.#properties,
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
      'enable.partition.eof': true,
      'isolation.level': 'read_committed' as const,
      // What is to be read and is not there has been deleted: that must not go unnoticed.
      'auto.offset.reset': 'error' as const
    }
    this.#client = await connectClient('reader', () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES))
  }

  async read(ranges: readonly OffsetRange[], visitor: RangeVisitor, signal: AbortSignal = NEVER): Promise<void> {
    const reading = new RangeReading(ranges, visitor)
    const named = reading.open.map(({ topic, partition }) => ({ topic, partition }))
    if (named.length === 0) return
    this.#client.assign(reading.open.map(({ topic, partition, from }) => ({ topic, partition, offset: from })))
    // A pause outlives the assignment that it was made under.
    this.#client.resume(named)
    try {
      await this.#readAll(reading, signal)
    } finally {
      this.#client.unassign()
    }
  }

  async offsetsAt(partitions: readonly TopicPartition[], timestampMs: number): Promise<number[]> {
    if (partitions.length === 0) return []
    const request = partitions.map(({ topic, partition }) => ({ topic, partition, offset: timestampMs }))
    const answer = await called<(TopicPartition & { offset: number })[]>('read offsets by time', callback =>
      this.#client.offsetsForTimes(request, QUERY_TIMEOUT_MS, callback as never)
    )
    const found = new Map(answer.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
    const ends = await this.stableEnds(partitions)
    return partitions.map(({ topic, partition }, index) => {
      const offset = found.get(`${topic}/${partition}`) ?? -1
      return offset < 0 ? ends[index] : offset
    })
  }

  async stableEnds(partitions: readonly TopicPartition[]): Promise<number[]> {
    const ends: number[] = []
    for (const { topic, partition } of partitions) {
      const { highOffset } = await called<{ highOffset: number }>(`read the end of ${topic}/${partition}`, callback =>
        this.#client.queryWatermarkOffsets(topic, partition, QUERY_TIMEOUT_MS, callback)
      )
      ends.push(highOffset)
    }
    return ends
  }

  async disconnect(): Promise<void> {
    await disconnectClient(this.#client, 'reader')
  }

  async #readAll(reading: RangeReading, signal: AbortSignal): Promise<void> {
    let heardMs = performance.now()
    while (reading.left > 0) {
      signal.throwIfAborted()
      const { messages, ends } = await this.#consume()
      if (messages.length + ends.length > 0) heardMs = performance.now()
      const done = reading.take(messages, ends)
      if (done.length > 0) this.#client.pause(done)
      if (performance.now() - heardMs > SILENCE_MS) {
        throw new KafkaError(ErrorCode.TIMED_OUT, `nothing came for ${SILENCE_MS / 1000} s; ${reading.waitingFor()}`)
      }
    }
  }

  #consume(): Promise<{ messages: ConsumedMessage[]; ends: PartitionEnd[] }> {
    return new Promise((resolve, reject) => {
      nativeConsumer(this.#client).consume(POLL_WAIT_MS, MESSAGES, true, (error, messages, ends) => {
        if (error === null) resolve({ messages, ends })
        else reject(new KafkaError(error.code, `records can't be read: ${error.message}`))
      })
    })
  }
}

function called<T>(what: string, call: (callback: (error: ClientError | null, answer: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error) reject(new KafkaError(error.code, `can't ${what}: ${error.message}`))
      else resolve(answer)
    })
  })
}
