import { setTimeout as delay } from 'node:timers/promises'
import type { SlabWriter } from '../../slabs/writer.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type {
  AssignedPartition,
  CommitOffset,
  ConsumerEvent,
  PollResult,
  RecordConsumer,
  TopicPartition
} from '../ports.ts'
import { Assignment } from './assignment.ts'
import {
  KafkaConsumer,
  nativeConsumer,
  WITHOUT_TOPIC_PROPERTIES,
  type ConsumerClient,
  type NativeConsumer,
  type Properties
} from './client.ts'
import { Commits } from './commits.ts'
import { connectClient, disconnectClient, onError } from './connection.ts'
import { PendingRecords } from './pending-records.ts'
import { Rebalance } from './rebalance.ts'

/** How long a poll waits for the first record. */
const POLL_WAIT_MS = 20
/** How long a poll without a slab takes: room may come any moment, so shorter. */
const SERVE_WAIT_MS = 5

export interface ConsumerOptions {
  readonly consumerProperties: Properties
  readonly slabRecords: number
  readonly connectAttemptsMs?: readonly number[]
}

/** `RecordConsumer` on kafka-javascript's raw `consume(n)`. */
export class ConfluentConsumer implements RecordConsumer {
  readonly #properties: Properties
  readonly #slabRecords: number
  readonly #attemptsMs: readonly number[] | undefined
  readonly #events: ConsumerEvent[] = []
  readonly #assignment = new Assignment()
  readonly #pending = new PendingRecords(this.#assignment)
  readonly #rebalance = new Rebalance(this.#assignment, this.#events, partitions => this.#pending.drop(partitions))
  readonly #commits = new Commits(() => this.#native())
  #client: ConsumerClient | undefined
  #polling = false
  /** The client takes one `consume` at a time, and `commit` may have one under way. */
  #consuming: Promise<void> | undefined
  #held = false
  /** A pause outlives the assignment that it was made under, so this names partitions that are gone, too. */
  #paused: TopicPartition[] = []
  #closing: Promise<void> | undefined

  constructor(options: ConsumerOptions) {
    this.#properties = options.consumerProperties
    this.#slabRecords = options.slabRecords
    this.#attemptsMs = options.connectAttemptsMs
  }

  async connect(): Promise<void> {
    const properties = {
      ...this.#properties,
      'enable.partition.eof': true,
      rebalance_cb: this.#rebalance.callback,
      offset_commit_cb: this.#commits.callback
    }
    const make = () => new KafkaConsumer(properties, WITHOUT_TOPIC_PROPERTIES)
    const client = await connectClient('consumer', make, this.#attemptsMs)
    this.#client = client
    this.#rebalance.attach(client)
    onError(client, error => this.#events.push({ type: 'error', ...error }))
  }

  subscribe(topics: readonly string[]): void {
    this.#connected().subscribe([...topics])
  }

  async poll(into: SlabWriter | undefined): Promise<PollResult> {
    if (this.#polling) throw new KafkaError(ErrorCode.STATE, 'one poll at a time')
    this.#native()
    this.#polling = true
    try {
      await this.#consuming
      const needsBytes = await this.#fill(into)
      const events = this.#events.splice(0)
      return needsBytes > 0 ? { events, needsBytes } : { events }
    } finally {
      this.#polling = false
      this.#keepServing()
    }
  }

  hold(): void {
    this.#held = true
    this.#pause(this.#assignment.list())
  }

  release(): void {
    this.#held = false
    this.#connected().resume(this.#paused.splice(0))
  }

  assign(partitions: readonly AssignedPartition[]): void {
    this.#betweenPolls('assign')
    this.#rebalance.assign(partitions)
    if (this.#held) this.#pause(partitions)
  }

  unassign(partitions: readonly TopicPartition[]): void {
    this.#betweenPolls('unassign')
    this.#rebalance.unassign(partitions)
  }

  commit(offsets: readonly CommitOffset[]): Promise<void> {
    return this.#commits.commit(offsets, () => this.#keepServing())
  }

  endOffset({ topic, partition }: TopicPartition): number {
    if (this.#client === undefined || this.#closing !== undefined) return -1
    const watermarks = this.#native().getWatermarkOffsets(topic, partition)
    return typeof watermarks === 'number' ? -1 : Math.max(watermarks.highOffset, -1)
  }

  unsubscribe(): void {
    this.#connected().unsubscribe()
  }

  disconnect(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const client = this.#client
    if (client === undefined) return
    // The client crashes if it is closed under a `consume`.
    await this.#consuming
    this.#commits.close()
    this.#rebalance.close()
    await disconnectClient(client, 'consumer')
  }

  async #fill(into: SlabWriter | undefined): Promise<number> {
    const needsBytes = this.#pending.deliver(into, this.#events)
    if (this.#pending.size > 0 && into !== undefined) return needsBytes
    if (into === undefined) {
      await this.#serve()
      return this.#pending.deliver(into, this.#events)
    }
    const room = Math.max(this.#slabRecords - into.records, 1)
    await this.#consume(room, into.records > 0 || this.#events.length > 0 ? 0 : POLL_WAIT_MS)
    return this.#pending.deliver(into, this.#events)
  }

  /**
   * Lets the client call back, with as few records as it can: one, which is kept for the next slab. Not more than one
   * in `SERVE_WAIT_MS`, so that little piles up until `hold` stops them altogether.
   */
  async #serve(): Promise<void> {
    const paced = delay(SERVE_WAIT_MS)
    await this.#consume(1, SERVE_WAIT_MS)
    if (this.#pending.size > 0) await paced
  }

  #consume(messages: number, waitMs: number): Promise<void> {
    this.#consuming = new Promise(resolve => {
      this.#native().consume(waitMs, messages, true, (error, received, ends) => {
        if (error === null) this.#pending.add(received, ends)
        else this.#events.push({ type: 'error', ...messageOf(error), fatal: error.code === ErrorCode.FATAL })
        // An error may come again at once, each time.
        if (error === null) resolve()
        else setTimeout(resolve, POLL_WAIT_MS)
      })
    })
    return this.#consuming.finally(() => {
      this.#consuming = undefined
    })
  }

  /** The answer to a commit comes only while the client is polled, and the caller may be waiting for just that. */
  #keepServing(): void {
    setImmediate(() => {
      if (!this.#commits.waiting || this.#polling || this.#consuming !== undefined) return
      if (this.#closing === undefined) void this.#serve().then(() => this.#keepServing())
    })
  }

  #pause(partitions: readonly TopicPartition[]): void {
    const named = partitions.map(({ topic, partition }) => ({ topic, partition }))
    this.#connected().pause(named)
    this.#paused.push(...named)
  }

  #betweenPolls(call: string): void {
    if (this.#polling) throw new KafkaError(ErrorCode.STATE, `${call} belongs between polls`)
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

function messageOf({ code, message }: { readonly code: number; readonly message: string }) {
  return { code, message }
}
