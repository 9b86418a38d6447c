const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5000

export interface Patience {
  /** Ends the waiting: what is being waited for then never comes. */
  readonly signal: AbortSignal
  /** Called for each failure. What it throws ends the waiting, too. */
  failed(error: Error): void
}

/**
 * Asks again and again until there is an answer, with ever longer pauses; these vary, so that the many processes that a
 * registry has lost at once do not all come back at once.
 *
 * @throws if the signal is given.
 */
export async function patiently<Answer>(ask: () => Promise<Answer>, { signal, failed }: Patience): Promise<Answer> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      return await ask()
    } catch (error) {
      signal.throwIfAborted()
      failed(error as Error)
    }
    await pause(pauseMs * (0.8 + 0.4 * Math.random()), signal)
  }
}

/** Keeps no process from ending. */
async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, pauseMs).unref()
  const end = () => resolve()
  signal.addEventListener('abort', end)
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', end)
}
