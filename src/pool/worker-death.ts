import { Header } from '../slabs/layout.ts'
import { reasons } from '../slabs/outcomes.ts'
import type { Slab } from '../slabs/slab.ts'
import type { Verdict } from '../slabs/verdict.ts'

/** On a record that kills whoever runs it. */
export const KILLED_WORKER: Verdict = { reason: reasons.indexOf('killed-worker'), omitValue: false }

/**
 * Where a worker stood in its part when it died. `before`: it had begun nothing. `at`: in this record, as far as the
 * slab says. `after`: it had run all records and had not said so yet; what one of them left behind has ended it.
 */
export type Stood =
  { readonly place: 'before' } | { readonly place: 'at'; readonly record: number } | { readonly place: 'after' }

/** How a worker came to its end. `stuck`: it was to be ended and goes on; what it writes to must not be touched. */
export type Death = 'died' | 'hung' | 'stuck'

/** Rejects the task of a worker that is gone; or that can't be ended, and then the process has to. */
export class WorkerDied extends Error {
  readonly death: Death
  readonly stood: Stood
  /** The code of what ended it; never a message, which may quote the record. */
  readonly code: string

  constructor(death: Death, stood: Stood, cause?: unknown) {
    super(`a worker thread ${death}`)
    this.death = death
    this.stood = stood
    this.code = codeOf(cause)
  }
}

export function stoodIn(slab: Slab): Stood {
  const record = Atomics.load(slab.header, Header.CURSOR) - 1
  if (Atomics.load(slab.header, Header.OWNER) < 0) return { place: 'after' }
  return record < 0 ? { place: 'before' } : { place: 'at', record }
}

/** Piscina tells a thread's exit by its message only. */
const EXIT_MESSAGE = /^worker exited with code: (\d+)$/

function codeOf(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return code
  const exit = typeof message === 'string' ? EXIT_MESSAGE.exec(message) : null
  return exit === null ? 'unknown' : `exit code ${exit[1]}`
}
