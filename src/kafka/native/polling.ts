import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SlabWriter } from '../../slabs/writer.ts'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ConsumerEvent, PollResult } from '../ports.ts'
import type { NativeConsumerClient } from './addon.ts'
import { placesFor } from './slab-places.ts'

/** How long a poll waits for the first record, which wakes it: often enough for what is done between polls. */
const POLL_WAIT_MS = 50
/** The same after so many polls that brought nothing, when there is not much left to be done between them. */
const IDLE_WAIT_MS = 250
const IDLE_AFTER_POLLS = 20
/** How long a poll without a slab takes: room may come any moment, so shorter. */
const SERVE_WAIT_MS = 5

export interface PollingOptions {
  readonly events: ConsumerEvent[]
  /** Throws if the client is not connected, or not any more. */
  client(): NativeConsumerClient
  /** Takes what has happened into `events`. Throws what ends the consumer. */
  serve(): void
  /** What is only to be done while no records are taken. */
  beforeFill(): Promise<void>
}

/** Fills slabs as soon as there is something to fill them with: it is woken, and looks at nothing by a timer. */
export class Polling {
  readonly #options: PollingOptions
  #underWay: Promise<void> | undefined
  #woken = Promise.withResolvers<void>()
  /** Polls that brought nothing since one that did. */
  #emptyPolls = 0
  /** Nothing is delivered. librdkafka fetches until its queue is full, and no more. */
  held = false

  constructor(options: PollingOptions) {
    this.#options = options
  }

  /** A poll is under way. */
  get underWay(): boolean {
    return this.#underWay !== undefined
  }

  /** Resolves when no poll is under way. */
  async idle(): Promise<void> {
    await this.#underWay
  }

  /** Something has happened, or there are records. */
  wake(): void {
    this.#woken.resolve()
  }

  async poll(into: SlabWriter | undefined): Promise<PollResult> {
    if (this.underWay) throw new KafkaError(ErrorCode.STATE, 'one poll at a time')
    this.#options.client()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#underWay = promise
    try {
      // However many records there are, everything else has its turn between two slabs.
      await nextTurn()
      return await this.#take(into)
    } finally {
      this.#underWay = undefined
      resolve()
    }
  }

  async #take(into: SlabWriter | undefined): Promise<PollResult> {
    const { beforeFill, events } = this.#options
    await beforeFill()
    this.#woken = Promise.withResolvers<void>()
    let filled = this.#fill(into)
    if (filled === 0 && events.length === 0) {
      await this.#wait(into === undefined ? SERVE_WAIT_MS : this.#patienceMs)
      filled = this.#fill(into)
    }
    const happened = events.splice(0)
    this.#emptyPolls = filled === 0 && happened.length === 0 ? this.#emptyPolls + 1 : 0
    return filled < 0 ? { events: happened, needsBytes: -filled } : { events: happened }
  }

  get #patienceMs(): number {
    return this.#emptyPolls < IDLE_AFTER_POLLS ? POLL_WAIT_MS : IDLE_WAIT_MS
  }

  /** Answers as the addon does. */
  #fill(into: SlabWriter | undefined): number {
    const { client, serve } = this.#options
    // Closed meanwhile: the poll ends with what it has.
    const native = this.#clientIfAny(client)
    if (native === undefined) return 0
    let filled = 0
    if (into !== undefined && !this.held) {
      const { slab, maxRecords, maxRecordBytes } = into
      filled = native.fill(slab.bytes, placesFor(slab), maxRecords, maxRecordBytes)
      into.resume()
    }
    serve()
    return filled
  }

  #clientIfAny(client: () => NativeConsumerClient): NativeConsumerClient | undefined {
    try {
      return client()
    } catch {
      return undefined
    }
  }

  async #wait(waitMs: number): Promise<void> {
    const timer = setTimeout(() => this.wake(), waitMs)
    await this.#woken.promise
    clearTimeout(timer)
  }
}
