import { setTimeout as delay } from 'node:timers/promises'
import type { SlabWriter } from '../../slabs/writer.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ConsumerEvent, PollResult } from '../ports.ts'
import type { NativeConsumer } from './client.ts'
import type { PendingRecords } from './pending-records.ts'

/** How long a poll waits for the first record. */
const POLL_WAIT_MS = 20
/** How long a poll without a slab takes: room may come any moment, so shorter. */
const SERVE_WAIT_MS = 5

export interface PollingOptions {
  readonly pending: PendingRecords
  readonly events: ConsumerEvent[]
  readonly slabRecords: number
  /** Throws if the client is not connected, or not any more. */
  native(): NativeConsumer
  /** What is only to be done while no `consume` is under way. */
  beforeConsume(): Promise<void>
  /** Somebody waits for what the client calls back with only while it is polled. */
  awaited(): boolean
}

/** Asks the client for records, once at a time: it takes no more, and crashes if it is closed meanwhile. */
export class Polling {
  readonly #options: PollingOptions
  #underWay = false
  /** Also between two polls, where a commit waits for its answer. */
  #consuming: Promise<void> | undefined

  constructor(options: PollingOptions) {
    this.#options = options
  }

  /** A poll is under way. */
  get underWay(): boolean {
    return this.#underWay
  }

  /** Resolves when the client is not being asked. */
  async idle(): Promise<void> {
    await this.#consuming
  }

  async poll(into: SlabWriter | undefined): Promise<PollResult> {
    if (this.#underWay) throw new KafkaError(ErrorCode.STATE, 'one poll at a time')
    const { events, beforeConsume, native } = this.#options
    native()
    this.#underWay = true
    try {
      await this.idle()
      await beforeConsume()
      const needsBytes = await this.#fill(into)
      const happened = events.splice(0)
      return needsBytes > 0 ? { events: happened, needsBytes } : { events: happened }
    } finally {
      this.#underWay = false
      this.keepServing()
    }
  }

  /** The answer to a commit comes only while the client is polled, and the caller may be waiting for just that. */
  keepServing(): void {
    setImmediate(() => {
      if (!this.#options.awaited() || this.#underWay || this.#consuming !== undefined) return
      void this.#serve().then(() => this.keepServing())
    })
  }

  async #fill(into: SlabWriter | undefined): Promise<number> {
    const { pending, events, slabRecords } = this.#options
    const needsBytes = pending.deliver(into, events)
    if (pending.size > 0 && into !== undefined) return needsBytes
    if (into === undefined) {
      await this.#serve()
      return pending.deliver(into, events)
    }
    await this.#take(Math.max(slabRecords - into.records, 1), into.records === 0 && events.length === 0)
    return pending.deliver(into, events)
  }

  /** What there is; if that is nothing and it `waits`, what there is as soon as there is something. */
  async #take(room: number, waits: boolean): Promise<void> {
    const { pending, events } = this.#options
    await this.#consume(room, 0)
    if (pending.size > 0 || events.length > 0 || !waits) return
    await this.#consume(1, POLL_WAIT_MS)
    if (pending.size > 0 && room > 1) await this.#consume(room - 1, 0)
  }

  /**
   * Lets the client call back, with as few records as it can: one, which is kept for the next slab. Not more than one
   * in `SERVE_WAIT_MS`, so that little piles up until `hold` stops them altogether.
   */
  async #serve(): Promise<void> {
    const paced = delay(SERVE_WAIT_MS)
    await this.#consume(1, SERVE_WAIT_MS)
    if (this.#options.pending.size > 0) await paced
  }

  /**
   * Waits for each message, so be it only for one or not at all. The client could wait for the first one only, it says, but
   * then it waits a millisecond for each further one: where there is one a millisecond, until it has all that it may take.
   */
  async #consume(messages: number, waitMs: number): Promise<void> {
    const { native, pending, events } = this.#options
    const client = native()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#consuming = promise
    client.consume(waitMs, messages, false, (error, received, ends) => {
      if (error === null) {
        pending.add(received, ends)
        return resolve()
      }
      const { code, message } = error
      // It may come again at once, each time; and if it is fatal, the log's word of what it is about is to come first.
      setTimeout(() => {
        events.push({ type: 'error', code, message, fatal: code === ErrorCode.FATAL })
        resolve()
      }, POLL_WAIT_MS)
    })
    await promise
    this.#consuming = undefined
  }
}
