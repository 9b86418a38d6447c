import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { within } from './within.ts'

/**
 * Calls of a client that run in a thread of Node's pool. A client that is destroyed under one of them takes the whole
 * process down, so whoever disconnects it waits for them first.
 */
export class CallsUnderWay {
  readonly #calls = new Set<Promise<unknown>>()
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new KafkaError(ErrorCode.STATE, 'the client is disconnected'))
    const running = call()
    const over: Promise<unknown> = running.catch(() => undefined)
    this.#calls.add(over)
    void over.then(() => this.#calls.delete(over))
    return running
  }

  /** Lets no more calls begin, and waits for those under way. Rejects if they take longer than `timeoutMs`. */
  async close(role: string, timeoutMs: number): Promise<void> {
    this.#closed = true
    if (this.#calls.size === 0) return
    await within(Promise.all(this.#calls), timeoutMs, `a call of the ${role} has not ended within ${timeoutMs} ms`)
  }
}
