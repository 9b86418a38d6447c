import { Piscina } from 'piscina'
import { Header } from '../slabs/layout.ts'
import type { Slab } from '../slabs/slab.ts'
import { within } from '../within.ts'
import { HangWatch, type Standing } from './hang-watch.ts'
import type { SlabTask, TaskSchemas, WorkerSetup } from './protocol.ts'
import { type Death, stoodIn, WorkerDied } from './worker-death.ts'

/**
 * A heap limit a worker: a transform that leaks ends its thread, not the process. 256 MiB is thirty times what
 * user-login needs.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 }

/** How often the cursors are looked at; more often only where a record has less time than a few looks. */
const LOOK_INTERVAL_MS = 50
/**
 * A thread that is told to end does so within milliseconds, or a quarter of a second in a long native call. One that V8
 * has compiled to a loop around built-ins alone, such as JSON.parse or push, looks for no interrupt and never does.
 */
const END_TIMEOUT_MS = 5000
/** On closing, all threads together. */
const CLOSE_TIMEOUT_MS = 1000

/** Where the worker's entry is: beside this file's tree, in `.ts` in a checkout and in `.js` in the package. */
const WORKER_ENTRY = new URL(`../../workers/entry${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
  .href

export interface WorkerPoolOptions {
  readonly threads: number
  readonly slabs: readonly Slab[]
  readonly setup: Omit<WorkerSetup, 'memories' | 'shape'>
  /** How long one record may keep a thread. */
  readonly recordDeadlineMs: number
  /** How long a thread may take to end when it is told to; 5000 unless a test is in a hurry. */
  readonly endTimeoutMs?: number
  /** A thread could not start, so that tasks might wait for ever. */
  failed(error: Error): void
}

/** A task that is with a thread or waits for one. */
interface Run {
  /** Set once its thread has been told to end. */
  ending: NodeJS.Timeout | undefined
  resolve(): void
  reject(error: WorkerDied): void
}

/**
 * The threads that run records, and the watch over them: a thread that stays at one record for longer than
 * `recordDeadlineMs` is ended. The only place that knows Piscina.
 *
 * Never by an AbortSignal: that rejects the task at once, while the thread may go on writing to its slab for seconds.
 */
export class WorkerPool {
  readonly #piscina: Piscina
  readonly #index: ReadonlyMap<Slab, number>
  readonly threads: number
  readonly #failed: (error: Error) => void
  readonly #running = new Map<Slab, Run>()
  readonly #watch: HangWatch<Slab>
  readonly #lookEveryMs: number
  /** Set while anything runs: a process that has nothing to do is not to wake for it. */
  #looking: NodeJS.Timeout | undefined
  readonly #endTimeoutMs: number
  #closed = false

  constructor({ threads, slabs, setup, recordDeadlineMs, endTimeoutMs, failed }: WorkerPoolOptions) {
    this.threads = threads
    this.#failed = failed
    this.#index = new Map(slabs.map((slab, index) => [slab, index]))
    const workerData: WorkerSetup = { ...setup, memories: slabs.map(slab => slab.memory), shape: slabs[0].shape }
    this.#piscina = new Piscina({
      filename: WORKER_ENTRY,
      minThreads: threads,
      maxThreads: threads,
      workerData,
      resourceLimits: RESOURCE_LIMITS,
      recordTiming: false
    })
    // What kills a thread rejects the task that it had, which is where it is dealt with.
    this.#piscina.on('error', error => this.#checkThreads(error as Error))
    this.#piscina.on('workerDestroy', () => setImmediate(() => this.#checkThreads()))
    this.#endTimeoutMs = endTimeoutMs ?? END_TIMEOUT_MS
    this.#watch = new HangWatch(recordDeadlineMs)
    this.#lookEveryMs = Math.min(LOOK_INTERVAL_MS, recordDeadlineMs / 2)
  }

  /** A thread that dies is replaced at once, but Piscina gives up on one that dies before it is ready, and says nothing. */
  #checkThreads(error?: Error): void {
    if (this.#closed || this.#piscina.threads.length >= this.threads) return
    const cause = error === undefined ? 'it ended' : error.message
    this.#failed(new Error(`a worker thread could not start: ${cause}`))
  }

  /**
   * Runs records of a slab. Rejects with `WorkerDied` if the thread dies or is ended; then it writes nothing any more and
   * the slab is nobody's, unless it is `stuck`.
   */
  run(slab: Slab, from: number, until: number, schemas?: TaskSchemas): Promise<void> {
    const index = this.#index.get(slab)
    const task: SlabTask =
      index === undefined
        ? { slab: -1, from, until, schemas, large: { memory: slab.memory, shape: slab.shape } }
        : { slab: index, from, until, schemas }
    return new Promise((resolve, reject) => {
      this.#running.set(slab, { ending: undefined, resolve, reject })
      this.#lookLater()
      this.#piscina.run(task).then(
        () => this.#finished(slab)?.resolve(),
        (error: unknown) => this.#died(slab, error)
      )
    })
  }

  #finished(slab: Slab): Run | undefined {
    const run = this.#running.get(slab)
    clearTimeout(run?.ending)
    this.#running.delete(slab)
    return run
  }

  /** One that is stuck may be told of again, when the pool is closed. */
  #died(slab: Slab, cause: unknown, death?: Death): void {
    const run = this.#finished(slab)
    run?.reject(new WorkerDied(death ?? (run.ending === undefined ? 'died' : 'hung'), stoodIn(slab), cause))
  }

  #lookLater(): void {
    this.#looking ??= setTimeout(() => this.#look(), this.#lookEveryMs).unref()
  }

  #look(): void {
    this.#looking = undefined
    for (const slab of this.#watch.look(performance.now(), standings(this.#running.keys()))) {
      const run = this.#running.get(slab) as Run
      if (run.ending === undefined) this.#endThreadOf(slab, run)
    }
    if (this.#running.size > 0) this.#lookLater()
  }

  /** Its task is rejected when the thread has exited. */
  #endThreadOf(slab: Slab, run: Run): void {
    const threadId = Math.abs(standingOf(slab).owner)
    const thread = this.#piscina.threads.find(thread => thread.threadId === threadId)
    // It may have died by itself a moment ago.
    if (thread === undefined) return
    run.ending = setTimeout(() => this.#died(slab, undefined, 'stuck'), this.#endTimeoutMs)
    void thread.terminate()
  }

  /**
   * Ends all threads, whatever they are doing.
   *
   * @throws Error if one does not end within a second; it keeps the process from ending, too.
   */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#looking)
    for (const { ending } of this.#running.values()) clearTimeout(ending)
    const ended = this.#piscina.destroy().then(() => true)
    if (!(await within(CLOSE_TIMEOUT_MS, ended))) throw new Error('a worker thread does not end')
  }
}

function standingOf({ header }: Slab): Standing {
  return {
    owner: Atomics.load(header, Header.OWNER),
    task: Atomics.load(header, Header.TASK),
    cursor: Atomics.load(header, Header.CURSOR)
  }
}

function* standings(slabs: Iterable<Slab>): Iterable<readonly [Slab, Standing]> {
  for (const slab of slabs) yield [slab, standingOf(slab)]
}
