/** What a worker has written into the header of the slab that it works on. */
export interface Standing {
  /** Thread id of the worker, negative once it has run the last record; 0 while the task waits for a thread. */
  readonly owner: number
  /** A new number each time a worker takes the slab. */
  readonly task: number
  /** The record that it began last, plus one. */
  readonly cursor: number
}

interface Watched extends Standing {
  readonly unchangedMs: number
}

/**
 * Time between two looks counts only up to here. After a longer one this process was stopped itself, or its main thread
 * was, and nobody can be blamed for what did not move meanwhile.
 */
const MAX_INTERVAL_MS = 500

/**
 * Tells which workers hang: those that have stood at the same record for too long. It has no clock and no threads;
 * whoever has them looks a few times a second.
 */
export class HangWatch<Key> {
  readonly #deadlineMs: number
  #watched = new Map<Key, Watched>()
  #lastLookMs = Number.NEGATIVE_INFINITY

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs
  }

  /** One look at all that is running. Answers which of them hang; each is answered again until it is gone. */
  look(nowMs: number, running: Iterable<readonly [Key, Standing]>): Key[] {
    const intervalMs = nowMs - this.#lastLookMs
    const countedMs = intervalMs <= MAX_INTERVAL_MS ? intervalMs : 0
    const before = this.#watched
    this.#watched = new Map()
    this.#lastLookMs = nowMs
    const hanging: Key[] = []
    for (const [key, standing] of running) {
      const unchangedMs = sameTime(before.get(key), standing, countedMs)
      this.#watched.set(key, { ...standing, unchangedMs })
      if (unchangedMs >= this.#deadlineMs) hanging.push(key)
    }
    return hanging
  }
}

/** How long it has stood there. What waits for a thread has not begun to stand anywhere. */
function sameTime(before: Watched | undefined, now: Standing, countedMs: number): number {
  if (before === undefined || now.owner === 0) return 0
  const same = before.owner === now.owner && before.task === now.task && before.cursor === now.cursor
  return same ? before.unchangedMs + countedMs : 0
}
