import { ErrorCode, KafkaError } from '../kafka-error.ts'

/** Rejects with `TIMED_OUT` and this message where it is not over in time; it goes on all the same. */
export async function within<T>(work: Promise<T>, timeoutMs: number, message: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new KafkaError(ErrorCode.TIMED_OUT, message)), timeoutMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
