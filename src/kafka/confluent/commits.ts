import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { CommitOffset } from '../ports.ts'
import type { ClientError, NativeConsumer } from './client.ts'

/**
 * Offset commits, one at a time: the client's answer does not say which request it belongs to.
 *
 * `commitSync` would block the loop for as long as the coordinator is away, and `commitCb` calls back when the request
 * is queued, before the broker has seen it. So this is the asynchronous commit and `offset_commit_cb`, which the client
 * calls only while it is polled.
 */
export class Commits {
  readonly #native: () => NativeConsumer
  #last: Promise<void> = Promise.resolve()
  #inFlight: PromiseWithResolvers<void> | undefined
  #closed = false

  constructor(native: () => NativeConsumer) {
    this.#native = native
  }

  get waiting(): boolean {
    return this.#inFlight !== undefined
  }

  commit(offsets: readonly CommitOffset[], started: () => void): Promise<void> {
    const committed = this.#last.then(() => {
      const answer = this.#send(offsets)
      started()
      return answer
    })
    this.#last = committed.catch(() => undefined)
    return committed
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

  #send(offsets: readonly CommitOffset[]): Promise<void> {
    if (this.#closed) throw new KafkaError(ErrorCode.STATE, 'commit failed: the consumer is disconnected')
    if (offsets.length === 0) return Promise.resolve()
    const code = this.#native().commit(offsets.map(toNative))
    if (code !== ErrorCode.NONE) throw new KafkaError(code, `commit failed: error ${code}`)
    this.#inFlight = Promise.withResolvers()
    return this.#inFlight.promise
  }
}

function toNative({ topic, partition, offset, metadata }: CommitOffset) {
  return metadata === undefined ? { topic, partition, offset } : { topic, partition, offset, metadata }
}
