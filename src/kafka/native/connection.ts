import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { DISCONNECT_TIMEOUT_MS, RETRIABLE } from '../confluent/connection.ts'
import type { MetadataSource } from '../confluent/output-topics.ts'
import type { NativeClient, NativeEvent } from './addon.ts'

/** How long each attempt to connect may take: 30 s in all. */
const ATTEMPTS_MS = [2_000, 4_000, 8_000, 16_000]
/** Refusals that no waiting mends. A broker that is just starting refuses connections or closes them instead. */
const REFUSAL = /SASL authentication error|certificate|unsupported sasl mechanism/i

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
      else this.listener?.happened(event.type === 'error' && event.fatal ? fatal(event) : event)
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
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(new KafkaError(ErrorCode.TIMED_OUT, `the ${role} did not end within ${DISCONNECT_TIMEOUT_MS} ms`))
    }, DISCONNECT_TIMEOUT_MS)
    await Promise.race([this.#closing, promise]).finally(() => clearTimeout(timer))
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

  #log({ facility, message }: Extract<NativeEvent, { type: 'log' }>): void {
    if (facility !== 'FAIL' && facility !== 'ERROR') return
    this.#cause = message.replace(/^\[thrd:[^\]]*\]: /, '')
    if (facility === 'FAIL' && REFUSAL.test(this.#cause)) {
      this.#refused.resolve(new KafkaError(ErrorCode.STATE, this.#cause))
    }
  }
}

/** After it the client is of no more use, whatever it was. */
function fatal({ message }: { readonly message: string }): Extract<NativeEvent, { type: 'error' }> {
  return { type: 'error', code: ErrorCode.FATAL, message: message.replace('Fatal error: ', ''), fatal: true }
}

type MetadataCallback = Parameters<MetadataSource['getMetadata']>[1]

/**
 * A client that has reached a broker. Credentials and certificates that are refused end it at once, brokers that can't be
 * reached are tried for 30 s.
 */
export async function connectNative<C extends NativeClient>(
  role: string,
  make: (woken: () => void) => C,
  attemptsMs: readonly number[] = ATTEMPTS_MS
): Promise<Connection<C>> {
  const connection = new Connection(make)
  let failure: KafkaError | undefined
  for (const timeoutMs of attemptsMs) {
    failure = await connection.reach(timeoutMs)
    if (failure === undefined) return connection
    if (!RETRIABLE.has(failure.code)) break
  }
  // Its last attempt may still be under way.
  void connection.close(role).catch(() => undefined)
  throw new KafkaError(failure!.code, `the ${role} can't connect: ${failure!.message}`)
}
