import { ErrorCode } from '../kafka-error.ts'
import type { ProduceFailure } from '../ports.ts'

/** What rows get when the client, or their transaction, has failed of something else. */
export const CONSEQUENCES: ReadonlySet<number> = new Set([
  ErrorCode.PURGE_INFLIGHT,
  ErrorCode.PURGE_QUEUE,
  ErrorCode.FATAL,
  ErrorCode.STATE
])

/** The client did not even queue it. */
export function refusedByClient(code: number, topic: string): ProduceFailure {
  return { code, message: `the client refused a row for ${topic}: error ${code}` }
}
