import { Piscina } from 'piscina'
import { Header } from '../slabs/layout.ts'
import type { Slab } from '../slabs/slab.ts'
import type { SlabTask, WorkerSetup } from './protocol.ts'

/**
 * A heap limit a worker: a transform that leaks ends its thread, not the process. 256 MiB is thirty times what
 * user-login needs.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 }

/** Where the worker's entry is: beside this file's tree, in `.ts` in a checkout and in `.js` in the package. */
const WORKER_ENTRY = new URL(`../../workers/entry${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
  .href

export interface WorkerPoolOptions {
  readonly threads: number
  readonly slabs: readonly Slab[]
  readonly setup: Omit<WorkerSetup, 'memories' | 'shape'>
  /** A thread could not start, so that tasks might wait for ever. */
  failed(error: Error): void
}

/** The threads that run records. The only place that knows Piscina. */
export class WorkerPool {
  readonly #piscina: Piscina
  readonly #index: ReadonlyMap<Slab, number>
  readonly threads: number
  readonly #failed: (error: Error) => void
  #closed = false

  constructor({ threads, slabs, setup, failed }: WorkerPoolOptions) {
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
  }

  /** A thread that dies is replaced at once, but Piscina gives up on one that dies before it is ready, and says nothing. */
  #checkThreads(error?: Error): void {
    if (this.#closed || this.#piscina.threads.length >= this.threads) return
    const cause = error === undefined ? 'it ended' : error.message
    this.#failed(new Error(`a worker thread could not start: ${cause}`))
  }

  /** Rejects if the thread dies; then it has exited, and the slab is nobody's. */
  async run(slab: Slab, from: number): Promise<void> {
    const index = this.#index.get(slab)
    const task: SlabTask =
      index === undefined
        ? { slab: -1, from, large: { memory: slab.memory, shape: slab.shape } }
        : { slab: index, from }
    await this.#piscina.run(task)
  }

  /** The record that the slab's worker began last; -1 if it began none. */
  cursorOf(slab: Slab): number {
    return Atomics.load(slab.header, Header.CURSOR) - 1
  }

  /** Ends all threads, whatever they are doing. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#piscina.destroy()
  }
}
