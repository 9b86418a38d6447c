import { readdirSync, readFileSync } from 'node:fs'
import { parsePeakBytes, parseThreadStat, sumByGroup, type ThreadGroup, type ThreadTime } from './thread-times.ts'

/** What a process has used of the machine. */
export interface Usage {
  readonly cpuMs: number
  readonly cpuMsByGroup: Readonly<Record<ThreadGroup, number>>
  readonly peakBytes: number
}

/** What is used after the last look is missed: at most this, of seconds. */
const LOOK_MS = 25

/**
 * Watches a process from outside, by what Linux tells of it, so that the measuring costs the process nothing and any
 * program can be measured. A thread's time is lost with the thread, so each is remembered as it was last seen.
 */
export class ProcessWatch {
  readonly #directory: string
  readonly #threads = new Map<string, ThreadTime>()
  readonly #timer: NodeJS.Timeout
  #cpuMs = 0
  #peakBytes = 0

  constructor(pid: number) {
    this.#directory = `/proc/${pid}`
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  /** Looks no more. */
  stop(): Usage {
    clearInterval(this.#timer)
    return this.usage
  }

  get usage(): Usage {
    const cpuMsByGroup = sumByGroup(this.#threads.values())
    // Threads are read a moment after the process's own line, and may have gone on, or be the last that could be read.
    const ofThreadsMs = Object.values(cpuMsByGroup).reduce((sum, ms) => sum + ms, 0)
    return { cpuMs: Math.max(this.#cpuMs, ofThreadsMs), cpuMsByGroup, peakBytes: this.#peakBytes }
  }

  #look(): void {
    try {
      // The process's own line has the time of threads that have ended, too.
      this.#cpuMs = Math.max(this.#cpuMs, parseThreadStat(this.#read('stat')).cpuMs)
      this.#peakBytes = Math.max(this.#peakBytes, parsePeakBytes(this.#read('status')))
      for (const thread of readdirSync(`${this.#directory}/task`)) {
        this.#threads.set(thread, parseThreadStat(this.#read(`task/${thread}/stat`)))
      }
    } catch {
      // It, or one of its threads, has just ended: what was seen last stands.
    }
  }

  #read(name: string): string {
    return readFileSync(`${this.#directory}/${name}`, 'latin1')
  }
}
