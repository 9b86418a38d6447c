import { setTimeout as sleep } from 'node:timers/promises'
import type { CommitObservation } from './evidence.ts'

const LOOK_EVERY_MS = 500

/** Looks again and again at what the group has committed, from outside. */
export class CommitWatch {
  readonly looks: CommitObservation[] = []
  readonly #committed: () => Promise<number[]>
  readonly #watching: Promise<void>
  #stopped = false

  /** `committed` answers by partition, and rejects while brokers can't. */
  constructor(committed: () => Promise<number[]>) {
    this.#committed = committed
    this.#watching = this.#watch()
  }

  /** When everything before these offsets had been committed, milliseconds since 1970; Infinity if not within `timeoutMs`. */
  async untilAllCommitted(ends: readonly number[], timeoutMs: number): Promise<number> {
    const deadlineMs = Date.now() + timeoutMs
    while (Date.now() < deadlineMs) {
      const last = this.looks.at(-1)
      if (last !== undefined && ends.every((end, partition) => last.offsets[partition] === end)) return last.atMs
      await sleep(LOOK_EVERY_MS)
    }
    return Infinity
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#watching
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      try {
        const offsets = await this.#committed()
        // After the answer: whatever it says had been committed by then.
        this.looks.push({ atMs: Date.now(), offsets })
      } catch {
        // The brokers are being killed; the next look will do.
      }
      await sleep(LOOK_EVERY_MS)
    }
  }
}
