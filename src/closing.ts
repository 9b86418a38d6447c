/** Longer than any client takes that keeps its own bounds; one that does not is left behind. */
const CLOSE_WITHIN_MS = 10_000

/** A loop that a failure ends does so within some tens of milliseconds, unless a call in it never answers. */
const END_WITHIN_MS = 2000

/**
 * Waits for a loop. Answers whether it has ended: one that still goes on a while after `failing` has rejected is left
 * behind, so that a call which never answers can't keep a failure from ending the process.
 */
export async function ended(loop: Promise<void>, failing: Promise<never>, withinMs = END_WITHIN_MS): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  failing.catch(() => {
    if (!isOver) timer = setTimeout(resolve, withinMs, false)
  })
  return Promise.race([loop.then(() => true), late]).finally(() => {
    isOver = true
    clearTimeout(timer)
  })
}

/** Waits for all, a failure of one or not. Answers what went wrong, in words; empty if everything is closed. */
export async function closed(closing: readonly Promise<unknown>[], withinMs = CLOSE_WITHIN_MS): Promise<string[]> {
  const results = await Promise.allSettled(closing.map(each => within(each, withinMs)))
  return results.flatMap(result => (result.status === 'rejected' ? [(result.reason as Error).message] : []))
}

async function within(closing: Promise<unknown>, timeoutMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`not closed after ${timeoutMs} ms`)), timeoutMs)
  await Promise.race([closing, late]).finally(() => clearTimeout(timer))
}
