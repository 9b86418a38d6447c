import { ErrorCode, KafkaError } from '../kafka-error.ts'
import { connecting, DISCONNECT_TIMEOUT_MS, fatalError, isRefusal, withoutThread } from '../librdkafka/connecting.ts'
import { within } from '../librdkafka/within.ts'
import type { ClientError, ConsumerClient, ProducerClient } from './client.ts'

type Client = ConsumerClient | ProducerClient

/**
 * Connects a client that `make` makes, a new one for each attempt, as one that failed can't be used again.
 *
 * The client itself says "transport failure" after the whole time, whatever happened; the cause stands in its log, so
 * this listens there.
 */
export function connectClient<C extends Client>(
  role: string,
  make: () => C,
  attemptsMs?: readonly number[]
): Promise<C> {
  return connecting(role, timeoutMs => attempt(make, timeoutMs), attemptsMs)
}

function attempt<C extends Client>(make: () => C, timeoutMs: number): Promise<C | KafkaError> {
  const client = make()
  let cause = ''
  return new Promise(resolve => {
    onLog(client, ({ fac, message }) => {
      if (fac !== 'FAIL') return
      cause = withoutThread(message)
      if (isRefusal(cause)) resolve(new KafkaError(ErrorCode.STATE, cause))
    })
    client.connect({ timeout: timeoutMs }, (error: ClientError | null) => {
      resolve(error ? new KafkaError(error.code, cause || error.message) : client)
      // Given up above, and then one of several brokers took it after all.
      if (!error && isRefusal(cause)) client.disconnect()
    })
  })
}

/**
 * Ends a client, within a bound: closing may wait for a broker that does not answer. `flushMs` is for producers, how
 * long rows that are still queued may take.
 */
export async function disconnectClient(client: Client, role: string, flushMs?: number): Promise<void> {
  if (!client.isConnected()) return
  const { promise, resolve } = Promise.withResolvers<void>()
  if (flushMs === undefined) client.disconnect(() => resolve())
  else (client as ProducerClient).disconnect(flushMs, () => resolve())
  const timeoutMs = DISCONNECT_TIMEOUT_MS + (flushMs ?? 0)
  await within(promise, timeoutMs, `the ${role} did not disconnect within ${timeoutMs} ms`)
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
    listener(fatalError(withoutThread(message)))
  })
  const emitter: NodeJS.EventEmitter = client
  emitter.on('event.error', ({ code, message }: ClientError) => {
    // The one that the client logged as fatal comes by here, too.
    if (told) told = false
    else listener({ code, message: cause || message, fatal: false })
  })
}
