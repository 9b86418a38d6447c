import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Loss, ProcessorRun } from './evidence.ts'
import { ProcessorProcess } from './processor-process.ts'

export interface FleetOptions {
  readonly processors: number
  readonly program: string
  /** Of one of them, from 0 on. */
  environmentOf(processor: number): Readonly<Record<string, string>>
  /** Holds a log for each process. */
  readonly logDir: string
  readonly say: (text: string) => void
}

/** One that ended by itself is started again, so that the run goes on and may show more. */
const AFTER_CRASH_MS = 2000
const START_MS = 60_000
/** A group that misses a member waits for it for a session. */
const ASSIGNED_MS = 15_000
/** Above DRAIN_TIMEOUT_MS, after which it ends in any case. */
const STOP_MS = 60_000

/** The processors of a run: each is started again after whatever ended it, until `stop`. */
export class Fleet {
  readonly runs: ProcessorRun[] = []
  /** Of all processes that have ended. */
  readonly losses: Loss[] = []
  #workerDeaths = 0
  readonly #options: FleetOptions
  /** Undefined while it is down. */
  readonly #processes: (ProcessorProcess | undefined)[] = []
  readonly #ending: Promise<void>[] = []
  #starts = 0
  #stopping = false

  constructor(options: FleetOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const starting = Array.from({ length: this.#options.processors }, (_, processor) => this.#start(processor))
    for (const process of starting) {
      const outcome = await Promise.race([process.connected, process.ended, sleep(START_MS, 'late', { ref: false })])
      if (outcome !== undefined) throw new Error(`a processor did not start, see ${this.#options.logDir}`)
    }
  }

  /** Of all processes that have ended. */
  get workerDeaths(): number {
    return this.#workerDeaths
  }

  /** Of those that run at the moment. */
  get pids(): number[] {
    return this.#processes.flatMap(process => process?.pid ?? [])
  }

  pidOf(processor: number): number | undefined {
    return this.#processes[processor]?.pid
  }

  /** One that has crashed is soon there again. */
  async untilPresent(processor: number): Promise<ProcessorProcess> {
    const deadlineMs = Date.now() + START_MS
    for (;;) {
      const process = this.#processes[processor]
      if (process !== undefined) return process
      if (Date.now() > deadlineMs) throw new Error(`processor ${processor + 1} did not come back`)
      await sleep(50)
    }
  }

  /** Before that it may be killed, but a shell that is about to become it knows nothing of SIGTERM. */
  async untilConnected(processor: number): Promise<void> {
    const process = await this.untilPresent(processor)
    await Promise.race([process.connected, process.ended, sleep(START_MS, undefined, { ref: false })])
  }

  /** To freeze one that has nothing shows nothing. */
  async untilAssigned(processor: number): Promise<void> {
    const process = await this.untilPresent(processor)
    await Promise.race([process.assigned, process.ended, sleep(ASSIGNED_MS, undefined, { ref: false })])
  }

  /** Ends one by a signal, and starts it again so long after its end. */
  async end(processor: number, signal: 'SIGTERM' | 'SIGKILL', pauseMs: number): Promise<ProcessorRun> {
    const process = await this.untilPresent(processor)
    process.signal(signal)
    const ended = await this.#ended(process)
    await sleep(pauseMs)
    if (!this.#stopping) this.#start(processor)
    return ended
  }

  async freeze(processor: number, pauseMs: number): Promise<void> {
    const process = await this.untilPresent(processor)
    process.signal('SIGSTOP')
    await sleep(pauseMs)
    process.signal('SIGCONT')
  }

  /** Ends all of them with SIGTERM. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((_, processor) => this.untilConnected(processor)))
    this.#stopping = true
    const there = this.#processes.filter(process => process !== undefined)
    for (const process of there) process.signal('SIGTERM')
    await Promise.all(there.map(process => this.#ended(process)))
    await Promise.all(this.#ending)
  }

  /** For a run that can't be finished: nothing may be left running. */
  kill(): void {
    this.#stopping = true
    for (const process of this.#processes) process?.signal('SIGKILL')
  }

  #start(processor: number): ProcessorProcess {
    const { program, logDir } = this.#options
    const number = String(++this.#starts).padStart(3, '0')
    const process = new ProcessorProcess({
      processor,
      program,
      environment: this.#options.environmentOf(processor),
      logFile: join(logDir, `${number}-processor-${processor + 1}.log`)
    })
    this.#processes[processor] = process
    this.#ending.push(process.ended.then(run => this.#gone(process, run)))
    return process
  }

  async #gone(process: ProcessorProcess, run: ProcessorRun): Promise<void> {
    const { processor, pid, asked, code, signal } = run
    this.runs.push(run)
    this.#workerDeaths += process.workerDeaths
    this.losses.push(...process.lossesMs.map(atMs => ({ processor, atMs })))
    this.#processes[processor] = undefined
    if (asked !== undefined) return
    const how = `${code ?? signal}: ${[...run.complaints.keys()].at(-1) ?? 'without a word'}`
    this.#options.say(`processor ${processor + 1} (pid ${pid}) ended by itself with ${how}`)
    await sleep(AFTER_CRASH_MS)
    if (!this.#stopping) this.#start(processor)
  }

  /** One that does not end is made to, which the judge will see by the signal. */
  async #ended(process: ProcessorProcess): Promise<ProcessorRun> {
    const timer = setTimeout(() => {
      this.#options.say(`pid ${process.pid} did not end within ${STOP_MS / 1000} s`)
      process.abandon()
    }, STOP_MS)
    return process.ended.finally(() => clearTimeout(timer))
  }
}
