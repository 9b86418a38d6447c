import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { ClientError, ConsumerClient, ProducerClient } from './client.ts'

type Client = ConsumerClient | ProducerClient

/** How long each attempt to connect may take: 30 s in all. They can't be cut short, so the first ones are. */
const ATTEMPTS_MS = [2_000, 4_000, 8_000, 16_000]
/** No broker could be reached; all that is left is to try again. */
export const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.TIMED_OUT,
  ErrorCode.TRANSPORT,
  ErrorCode.ALL_BROKERS_DOWN
])
/** Refusals that no waiting mends. A broker that is just starting refuses connections or closes them instead. */
const REFUSAL = /SASL authentication error|certificate|unsupported sasl mechanism/i

/**
 * Connects a client that `make` makes, a new one for each attempt, as one that failed can't be used again.
 *
 * The client itself says "transport failure" after the whole time, whatever happened; the cause stands in its log, so
 * this listens there: credentials and certificates that are refused end it at once, brokers that can't be reached are
 * tried for 30 s.
 */
export async function connectClient<C extends Client>(
  role: string,
  make: () => C,
  attemptsMs: readonly number[] = ATTEMPTS_MS
): Promise<C> {
  let failure: KafkaError | undefined
  for (const timeoutMs of attemptsMs) {
    const outcome = await attempt(make, timeoutMs)
    if (!(outcome instanceof KafkaError)) return outcome
    failure = outcome
    if (!RETRIABLE.has(outcome.code)) break
  }
  throw new KafkaError(failure!.code, `the ${role} can't connect: ${failure!.message}`)
}

function attempt<C extends Client>(make: () => C, timeoutMs: number): Promise<C | KafkaError> {
  const client = make()
  let cause = ''
  return new Promise(resolve => {
    onLog(client, ({ fac, message }) => {
      if (fac !== 'FAIL') return
      cause = withoutThread(message)
      if (REFUSAL.test(cause)) resolve(new KafkaError(ErrorCode.STATE, cause))
    })
    client.connect({ timeout: timeoutMs }, (error: ClientError | null) => {
      resolve(error ? new KafkaError(error.code, cause || error.message) : client)
      // Given up above, and then one of several brokers took it after all.
      if (!error && REFUSAL.test(cause)) client.disconnect()
    })
  })
}

/** A whole stop is to fit Kubernetes' 30 s with this: 15 s of drain, 3 s for a last commit. Usually it takes 0.1 s. */
export const DISCONNECT_TIMEOUT_MS = 5_000

/**
 * Ends a client, within a bound: closing may wait for a broker that does not answer. `flushMs` is for producers, how
 * long rows that are still queued may take.
 */
export async function disconnectClient(client: Client, role: string, flushMs?: number): Promise<void> {
  if (!client.isConnected()) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timeoutMs = DISCONNECT_TIMEOUT_MS + (flushMs ?? 0)
  const timer = setTimeout(() => {
    reject(new KafkaError(ErrorCode.TIMED_OUT, `the ${role} did not disconnect within ${timeoutMs} ms`))
  }, timeoutMs)
  if (flushMs === undefined) client.disconnect(() => resolve())
  else (client as ProducerClient).disconnect(flushMs, () => resolve())
  await promise.finally(() => clearTimeout(timer))
}

export interface LogEvent {
  readonly fac: string
  readonly message: string
}

/** The wrapper's types know this event of producers only. */
export function onLog(client: Client, listener: (event: LogEvent) => void): void {
  const emitter: NodeJS.EventEmitter = client
  emitter.on('event.log', listener)
}

/**
 * Errors that belong to no call, such as a connection that broke. The wrapper gives all of them code -1, a generic text
 * and no word of whether they are fatal; what happened is in the line that the client logs before.
 */
export function onError(client: Client, listener: (error: ClientError & { readonly fatal: boolean }) => void): void {
  let cause = ''
  let told = false
  onLog(client, ({ fac, message }) => {
    if (fac === 'FAIL' || fac === 'ERROR') cause = withoutThread(message)
    if (fac !== 'FATAL') return
    told = true
    listener({ code: ErrorCode.FATAL, message: withoutThread(message).replace('Fatal error: ', ''), fatal: true })
  })
  const emitter: NodeJS.EventEmitter = client
  emitter.on('event.error', ({ code, message }: ClientError) => {
    // The one that the client logged as fatal comes by here, too.
    if (told) told = false
    else listener({ code, message: cause || message, fatal: false })
  })
}

function withoutThread(message: string): string {
  return message.replace(/^\[thrd:[^\]]*\]: /, '')
}
