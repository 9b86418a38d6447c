import { ErrorCode, KafkaError } from '../kafka-error.ts'

/** How long each attempt to connect may take: 30 s in all. One can't be cut short, so the first ones are. */
const ATTEMPTS_MS: readonly number[] = [2_000, 4_000, 8_000, 16_000]
/** No broker could be reached; all that is left is to try again. */
export const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.TIMED_OUT,
  ErrorCode.TRANSPORT,
  ErrorCode.ALL_BROKERS_DOWN
])
/** A whole stop is to fit Kubernetes' 30 s with this: 15 s of drain, 3 s for a last commit. Usually it takes 0.1 s. */
export const DISCONNECT_TIMEOUT_MS = 5_000

const REFUSAL = /SASL authentication error|certificate|unsupported sasl mechanism/i

/**
 * Connects by attempts of these lengths, each of which answers what it has made or why it could not. Credentials and
 * certificates that are refused end it at once, brokers that can't be reached are tried for 30 s.
 */
export async function connecting<C>(
  role: string,
  attempt: (timeoutMs: number) => Promise<C | KafkaError>,
  attemptsMs: readonly number[] = ATTEMPTS_MS
): Promise<C> {
  let failure: KafkaError | undefined
  for (const timeoutMs of attemptsMs) {
    const outcome = await attempt(timeoutMs)
    if (!(outcome instanceof KafkaError)) return outcome
    failure = outcome
    if (!RETRIABLE.has(outcome.code)) break
  }
  throw new KafkaError(failure!.code, `the ${role} can't connect: ${failure!.message}`)
}

/**
 * Whether the client's log tells of a refusal that no waiting mends. A broker that is just starting refuses connections or
 * closes them instead.
 */
export function isRefusal(cause: string): boolean {
  return REFUSAL.test(cause)
}

/** A line of the client's log, without its name for the thread. */
export function withoutThread(message: string): string {
  return message.replace(/^\[thrd:[^\]]*\]: /, '')
}

/** After it the client is of no more use, whatever it was. */
export function fatalError(message: string) {
  return { code: ErrorCode.FATAL, message: message.replace('Fatal error: ', ''), fatal: true } as const
}
