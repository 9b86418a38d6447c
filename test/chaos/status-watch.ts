import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../../src/control/client.ts'
import type { ProcessStatus } from '../../src/control/protocol.ts'
import { automaticDir, automaticPath } from '../../src/control/socket-path.ts'

const LOOK_EVERY_MS = 1000
const ANSWER_WITHIN_MS = 500

/** Asks every processor again and again, by its control socket, what it has done so far. */
export class StatusWatch {
  readonly looks: ProcessStatus[] = []
  readonly #pids: () => readonly number[]
  readonly #watching: Promise<void>
  #stopped = false

  /** `pids` are those that run at the moment. */
  constructor(pids: () => readonly number[]) {
    this.#pids = pids
    this.#watching = this.#watch()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#watching
  }

  /** What is known of each now: where a run is stuck. */
  now(): Promise<ProcessStatus[]> {
    return this.#look()
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      this.looks.push(...(await this.#look()))
      await sleep(LOOK_EVERY_MS)
    }
  }

  /** One that is starting, frozen or has just been killed does not answer. */
  async #look(): Promise<ProcessStatus[]> {
    const asked = this.#pids().map(pid => {
      return ask<ProcessStatus>(automaticPath(automaticDir(), pid), { request: 'status' }, ANSWER_WITHIN_MS)
    })
    const answers = await Promise.allSettled(asked)
    return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
  }
}
