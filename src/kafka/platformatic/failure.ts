import { ErrorCode, KafkaError } from '../kafka-error.ts'

/** What the errors of the client carry, where they do. */
interface ClientFailure extends Error {
  readonly errors?: readonly unknown[]
  /** Kafka's number and name of the error, and what the broker said about this one. */
  readonly apiCode?: number
  readonly serverErrorMessage?: string | null
}

/** The client wraps an error in one for each layer and each attempt; the last cause is what happened. */
export function innermost(error: unknown): ClientFailure {
  const failure = error as ClientFailure
  const inner = failure.errors?.findLast(each => each instanceof Error) ?? failure.cause
  return inner instanceof Error ? innermost(inner) : failure
}

/** Kafka's number of the error; undefined if no broker has said one. */
export function codeOf(error: unknown): number | undefined {
  return innermost(error).apiCode
}

export function asKafkaError(what: string, error: unknown): KafkaError {
  return new KafkaError(codeOf(error) ?? ErrorCode.TRANSPORT, `can't ${what}: ${reasonOf(error)}`, { cause: error })
}

export function reasonOf(error: unknown): string {
  const { serverErrorMessage, message } = innermost(error)
  return (serverErrorMessage || message).replace(/\.$/, '')
}

/** Node's, for a TLS server name that is an address. */
export function isAddressAsName(error: unknown): boolean {
  const { code, message } = innermost(error) as NodeJS.ErrnoException
  return code === 'ERR_INVALID_ARG_VALUE' && message.includes('servername')
}
