import type { WorkerPool } from '../pool/worker-pool.ts'
import { tallyOf } from '../offsets/ledger.ts'
import { Header } from '../slabs/layout.ts'
import type { Events } from '../telemetry/events.ts'
import { type Batch, splitBatch, type Task } from './batch.ts'

/** So often may workers die on the same records before the process gives up. */
const MAX_DEATHS = 3

export interface DispatchOptions {
  readonly pool: Pick<WorkerPool, 'run' | 'cursorOf'>
  readonly events: Events
  /** A batch was cut in two; `rest` comes right behind `batch`. */
  split(batch: Batch, rest: Batch): void
  /** A batch's outcomes and rows are in its slab. */
  next(batch: Batch): void
  /** The output arena was full before the end: records from `task.from` on have not been run. `stuck`: nor any before. */
  overflowed(task: Task, stuck: boolean): void
  failed(error: Error): void
}

/** Hands slabs to the workers and takes them back. Batches of one partition may run on several cores at once. */
export class Dispatch {
  readonly #options: DispatchOptions
  /** Tasks that are with a worker, or wait for one. */
  running = 0
  #stopped = false

  constructor(options: DispatchOptions) {
    this.#options = options
  }

  submit(task: Task): void {
    task.slab.clearOutput()
    this.running++
    this.#options.pool
      .run(task.slab, task.from)
      .then(
        () => this.#worked(task),
        (error: unknown) => this.#died(task, error)
      )
      .catch(this.#options.failed)
  }

  /** The threads are about to be ended: whatever becomes of their tasks means nothing any more. */
  stop(): void {
    this.#stopped = true
  }

  #worked(task: Task): void {
    const { slab } = task
    const stoppedAt = slab.header[Header.STOPPED_AT]
    this.running--
    if (this.#stopped) return
    task.deaths = 0
    this.#options.events.counted(slab.counters)
    const worked = this.#collect(task, stoppedAt)
    const stuck = stoppedAt === task.from
    task.from = stoppedAt
    for (const batch of worked) this.#options.next(batch)
    if (stoppedAt < slab.records) this.#options.overflowed(task, stuck)
  }

  /** The batches that this run has finished, each with its rows and outcomes; one that it began is cut in two. */
  #collect(task: Task, stoppedAt: number): Batch[] {
    const { slab } = task
    const worked: Batch[] = []
    let row = 0
    for (const batch of task.batches) {
      if (batch.state !== 'working') continue
      if (batch.firstRecord >= stoppedAt) break
      if (batch.endRecord > stoppedAt) this.#options.split(batch, splitBatch(batch, stoppedAt))
      // Rows of a batch that was dropped meanwhile are nobody's.
      while (row < slab.rows && slab.rowRecord[row] < batch.firstRecord) row++
      batch.firstRow = row
      while (row < slab.rows && slab.rowRecord[row] < batch.endRecord) row++
      batch.endRow = row
      batch.tally = tallyOf(slab.outcome, batch.firstRecord, batch.endRecord)
      batch.state = 'worked'
      worked.push(batch)
    }
    return worked
  }

  /** Nothing of the task has left the slab, so it can simply run again: on the thread that took the dead one's place. */
  #died(task: Task, error: unknown): void {
    this.running--
    if (this.#stopped) return
    task.deaths++
    const record = this.#options.pool.cursorOf(task.slab)
    const batch = task.batches.find(({ firstRecord, endRecord }) => record >= firstRecord && record < endRecord)
    const place = batch && { topic: batch.assignment.topic, partition: batch.assignment.partition }
    const offset = batch && task.slab.offsetOf(record)
    this.#options.events.workerDied({ ...place, offset, deaths: task.deaths, code: codeOf(error) })
    if (task.deaths < MAX_DEATHS) this.submit(task)
    else {
      const where = place ? ` at ${place.topic}/${place.partition} offset ${offset}` : ''
      this.#options.failed(new Error(`worker threads died ${MAX_DEATHS} times on the same records${where}`))
    }
  }
}

/** An error's code only: its message may quote the record. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'unknown'
}
