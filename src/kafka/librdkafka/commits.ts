import { setTimeout as delay } from 'node:timers/promises'
import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommitOffset, TopicPartition } from '../ports.ts'
import type { ClientError } from './client-types.ts'
import { nameOf } from './partition-name.ts'

/** From the first failure on; below the 3 s that the last commit of a revocation may take. */
const PATIENCE = { timeoutMs: 2_500, retryMs: 100 }
/**
 * The coordinator moves, or the group is between two generations.
 *
 * A commit waits behind the client's own request to join, as they share a connection, and a join takes until the last member
 * has come or its session has ended. So what was sent in the old generation is refused (ILLEGAL_GENERATION) by the new one, of
 * which this client is a member. One that isn't any more is told so by `lost`, and its partitions are taken out (`forget`).
 */
const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.COORDINATOR_LOADING,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.WAIT_COORDINATOR,
  ErrorCode.TIMED_OUT,
  ErrorCode.TRANSPORT
])

/** A client that commits; the answer comes by `Commits.callback`. */
export interface Committer {
  /** Answers an error code where the commit was not even begun. */
  commit(offsets: readonly CommitOffset[]): number
}

interface Job {
  offsets: readonly CommitOffset[]
  /** Set when some of it was taken out before it was sent. */
  forgotten: boolean
}

/**
 * Offset commits, one at a time: the client's answer does not say which request it belongs to.
 *
 * `commitSync` would block the loop for as long as the coordinator is away, and `commitCb` calls back when the request
 * is queued, before the broker has seen it. So this is the asynchronous commit and `offset_commit_cb`, which the client
 * calls only while it is polled.
 */
export class Commits {
  readonly #native: () => Committer
  readonly #patience: typeof PATIENCE
  readonly #jobs = new Set<Job>()
  #last: Promise<void> = Promise.resolve()
  #inFlight: PromiseWithResolvers<void> | undefined
  #closed = false

  constructor(native: () => Committer, patience = PATIENCE) {
    this.#native = native
    this.#patience = patience
  }

  get waiting(): boolean {
    return this.#inFlight !== undefined
  }

  /** What fails because the coordinator moves, or the group rebalances, is tried again for 2.5 s. */
  commit(offsets: readonly CommitOffset[], started: () => void): Promise<void> {
    const job = { offsets, forgotten: false }
    this.#jobs.add(job)
    const committed = this.#last.then(() => this.#attempt(job, started)).finally(() => this.#jobs.delete(job))
    this.#last = committed.catch(() => undefined)
    return committed
  }

  /**
   * These have been given back. Of commits that wait for their turn, or to be tried again, they are taken out, and the
   * commits then reject: another member may have the partition by now, and have committed further on.
   */
  forget(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(nameOf))
    for (const job of this.#jobs) {
      const left = job.offsets.filter(offset => !names.has(nameOf(offset)))
      job.forgotten ||= left.length < job.offsets.length
      job.offsets = left
    }
  }

  /** The client's `offset_commit_cb`. */
  readonly callback = (error: ClientError | undefined): void => {
    const inFlight = this.#inFlight
    this.#inFlight = undefined
    if (error === undefined) inFlight?.resolve()
    else inFlight?.reject(new KafkaError(error.code, `commit failed: ${error.message}`))
  }

  close(): void {
    this.#closed = true
    this.callback({ code: ErrorCode.STATE, message: 'the consumer was disconnected' })
  }

  async #attempt(job: Job, started: () => void): Promise<void> {
    let deadlineMs: number | undefined
    for (;;) {
      const { offsets, forgotten } = job
      try {
        const answer = this.#send(offsets)
        started()
        await answer
        if (forgotten) throw givenBack()
        return
      } catch (error) {
        deadlineMs ??= performance.now() + this.#patience.timeoutMs
        if (!this.#mayRetry(error) || performance.now() >= deadlineMs) throw error
        await delay(this.#patience.retryMs)
      }
    }
  }

  #mayRetry(error: unknown): boolean {
    return !this.#closed && error instanceof KafkaError && RETRIABLE.has(error.code)
  }

  #send(offsets: readonly CommitOffset[]): Promise<void> {
    if (this.#closed) throw new KafkaError(ErrorCode.STATE, 'commit failed: the consumer is disconnected')
    if (offsets.length === 0) return Promise.resolve()
    const code = this.#native().commit(offsets.map(toNative))
    if (code !== ErrorCode.NONE) throw new KafkaError(code, `commit failed: error ${code}`)
    this.#inFlight = Promise.withResolvers()
    return this.#inFlight.promise
  }
}

function givenBack(): KafkaError {
  return new KafkaError(ErrorCode.STATE, 'commit failed: a partition of it was given back before it was sent')
}

function toNative({ topic, partition, offset, metadata }: CommitOffset) {
  return metadata === undefined ? { topic, partition, offset } : { topic, partition, offset, metadata }
}
