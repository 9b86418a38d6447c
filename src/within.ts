/** What the promise resolves with, or undefined if that takes longer; the promise is left to itself then. */
export async function within<Answer>(timeoutMs: number, promise: Promise<Answer>): Promise<Answer | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, timeoutMs, undefined)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
