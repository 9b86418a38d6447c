import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { connecting, DISCONNECT_TIMEOUT_MS, fatalError, isRefusal, withoutThread } from '../librdkafka/connecting.ts'
import type { MetadataSource } from '../librdkafka/output-topics.ts'
import { within } from '../librdkafka/within.ts'
import type { NativeClient, NativeEvent } from './addon.ts'

export interface ConnectionListener {
  /** Called when something has arrived, be it records, and events have been handed on. */
  woken(): void
  /** Everything but log lines. */
  happened(event: Exclude<NativeEvent, { type: 'log' }>): void
}

/**
 * A client and what it tells. It is served when one of its queues is no longer empty, by the thread that made it; nothing
 * looks by a timer.
 */
export class Connection<C extends NativeClient> implements MetadataSource {
  readonly client: C
  listener: ConnectionListener | undefined
  /** The client says "transport failure", whatever happened; the cause stands in its log. */
  #cause = ''
  readonly #refused = Promise.withResolvers<KafkaError>()
  #closing: Promise<void> | undefined

  constructor(make: (woken: () => void) => C) {
    this.client = make(() => {
      this.serve()
      if (!this.closed) this.listener?.woken()
    })
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Hands on what has happened. */
  serve(): void {
    if (this.closed) return
    for (const event of this.client.serve() ?? []) {
      if (event.type === 'log') this.#log(event)
      else this.#happened(event)
    }
  }

  /** Answers why not. */
  async reach(timeoutMs: number): Promise<KafkaError | undefined> {
    const answer = this.client.metadata(false, timeoutMs).then(({ problem }) => {
      // The line of the log may be behind the answer.
      if (problem !== undefined) this.serve()
      return problem && new KafkaError(problem.code, this.#cause || problem.message)
    })
    return Promise.race([answer, this.#refused.promise])
  }

  getMetadata({ allTopics, timeout }: Parameters<MetadataSource['getMetadata']>[0], callback: MetadataCallback): void {
    void this.#topics(allTopics, timeout, callback)
  }

  /** Within a bound. Calls that are under way are waited for; a client that is left goes on to end by itself. */
  async close(role: string): Promise<void> {
    this.#closing ??= this.client.close()
    await within(this.#closing, DISCONNECT_TIMEOUT_MS, `the ${role} did not end within ${DISCONNECT_TIMEOUT_MS} ms`)
  }

  async #topics(all: boolean, timeoutMs: number, callback: MetadataCallback): Promise<void> {
    try {
      const { problem, topics, partitions } = await this.client.metadata(all, timeoutMs)
      const counted = topics.map((name, index) => ({ name, partitions: { length: partitions[index] } }))
      callback(problem as never, { topics: counted })
    } catch (error) {
      // Closed meanwhile.
      callback(error as KafkaError, { topics: [] })
    }
  }

  #happened(event: Exclude<NativeEvent, { type: 'log' }>): void {
    if (event.type === 'error' && event.fatal) {
      this.listener?.happened({ type: 'error', ...fatalError(event.message) })
      return
    }
    // That no token is given out is in no line of the log.
    if (event.type === 'error' && event.code === ErrorCode.AUTHENTICATION) this.#cause = event.message
    this.listener?.happened(event)
  }

  #log({ facility, message }: Extract<NativeEvent, { type: 'log' }>): void {
    if (facility !== 'FAIL' && facility !== 'ERROR') return
    this.#cause = withoutThread(message)
    if (facility === 'FAIL' && isRefusal(this.#cause)) {
      this.#refused.resolve(new KafkaError(ErrorCode.STATE, this.#cause))
    }
  }
}

type MetadataCallback = Parameters<MetadataSource['getMetadata']>[1]

/** A client that has reached a broker. It goes on trying by itself, so that there is but one for all attempts. */
export async function connectNative<C extends NativeClient>(
  role: string,
  make: (woken: () => void) => C,
  attemptsMs?: readonly number[]
): Promise<Connection<C>> {
  const connection = new Connection(make)
  const attempt = async (timeoutMs: number) => (await connection.reach(timeoutMs)) ?? connection
  return connecting(role, attempt, attemptsMs).catch((error: KafkaError) => {
    // Its last attempt may still be under way.
    void connection.close(role).catch(() => undefined)
    throw error
  })
}
