import { KILLED_WORKER, type Stood, type WorkerDied } from '../pool/worker-death.ts'
import type { WorkerPool } from '../pool/worker-pool.ts'
import { tallyOf } from '../offsets/ledger.ts'
import type { Filling } from '../slabs/filling.ts'
import { Header } from '../slabs/layout.ts'
import type { OutputMark } from '../slabs/slab.ts'
import { applyVerdict } from '../slabs/verdict.ts'
import type { Events, RecordPlace } from '../telemetry/events.ts'
import { type Batch, splitBatch, type Task } from './batch.ts'
import type { Naming } from './naming.ts'

export interface DispatchOptions {
  /** Its `run` rejects with `WorkerDied` and nothing else. */
  readonly pool: Pick<WorkerPool, 'run'>
  /** Where the process may have died of a record before, it is named before it runs. */
  readonly naming: Pick<Naming, 'step' | 'last'>
  readonly filling: Pick<Filling, 'learn'>
  readonly events: Events
  /** A batch was cut in two; `rest` comes right behind `batch`. */
  split(batch: Batch, rest: Batch): void
  /** A batch's outcomes and rows are in its slab. */
  next(batch: Batch): void
  /** The output arena was full before the end: records from `task.from` on have not been run. `stuck`: nor any before. */
  overflowed(task: Task, stuck: boolean): void
  failed(error: Error): void
}

/** A stretch of a task's records that is with a worker, or waits for one. */
interface Part {
  readonly task: Task
  readonly end: number
  /** The output of the parts before, which is all that is left if the worker dies. */
  readonly mark: OutputMark
  /** To be called when it has come back or its worker has died. */
  readonly over: (() => void) | undefined
}

/**
 * Hands slabs to the workers and takes them back. Batches of one partition may run on several cores at once.
 *
 * A task mostly runs in one part. When a worker has died on it, it goes on in several (`Parts` says in which), whose rows
 * stand behind each other in the same output arena: splitting costs no wait for acknowledgements.
 */
export class Dispatch {
  readonly #options: DispatchOptions
  /** Tasks that are with a worker, or wait for one. */
  running = 0
  #stopped = false

  constructor(options: DispatchOptions) {
    this.#options = options
  }

  /** Runs the task from `task.from` on. Nothing that is in its output arena is needed any more. */
  submit(task: Task): void {
    task.slab.clearOutput()
    this.#run(task)
  }

  /** The threads are about to be ended: whatever becomes of their tasks means nothing any more. */
  stop(): void {
    this.#stopped = true
  }

  #run(task: Task): void {
    const { slab, from, parts } = task
    const mark = slab.outputMark
    const end = parts.endOf(from, slab.records)
    const step = this.#options.naming.step(task, end)
    this.running++
    if (step === undefined) return this.#start({ task, end, mark, over: undefined })
    step.granted.then(over => this.#start({ task, end: step.end, mark, over })).catch(this.#options.failed)
  }

  #start(part: Part): void {
    const { task, end, mark } = part
    if (this.#stopped) return
    task.slab.rewindOutput(mark)
    this.#options.pool
      .run(task.slab, task.from, end, task.schemas)
      .then(
        () => this.#worked(part),
        (death: WorkerDied) => this.#died(part, death)
      )
      .catch(this.#options.failed)
  }

  #worked({ task, end, mark, over }: Part): void {
    const { slab, from, parts } = task
    this.running--
    if (this.#stopped) return
    over?.()
    this.#options.events.counted(slab.counters)
    const stoppedAt = slab.header[Header.STOPPED_AT]
    const overflowed = stoppedAt < end
    if (from === 0 && (overflowed || end === slab.records)) this.#options.filling.learn(slab, stoppedAt)
    const worked = this.#collect(task, stoppedAt, overflowed)
    parts.done()
    task.from = stoppedAt
    // The last records of the slab may be another task's, which may begin as soon as these have ended.
    if (!overflowed && task.batches.some(({ state }) => state === 'working')) this.#run(task)
    for (const batch of worked) this.#options.next(batch)
    // With rows of other parts in the arena there will be more room once these are acknowledged.
    if (overflowed) this.#options.overflowed(task, stoppedAt === from && mark.rows === 0)
  }

  /** The batches that have been run to their end, each with its rows and outcomes; if `cut`, one that was begun, too. */
  #collect(task: Task, stoppedAt: number, cut: boolean): Batch[] {
    const { slab } = task
    const worked: Batch[] = []
    let row = 0
    for (const batch of task.batches) {
      if (batch.state !== 'working') continue
      if (batch.firstRecord >= stoppedAt || (batch.endRecord > stoppedAt && !cut)) break
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

  /** Nothing of the part has left the slab, so it runs again, on the thread that took the dead one's place. */
  #died({ task, end, mark, over }: Part, died: WorkerDied): void {
    const { events, failed } = this.#options
    const { death, stood } = died
    this.running--
    if (this.#stopped) return
    events.workerDied(stood.place === 'at' ? placeOf(task, stood.record) : undefined, died)
    if (death === 'stuck') return this.#stuck(task, stood)
    over?.()
    task.slab.rewindOutput(mark)
    const consequence = task.parts.died(task.from, end, stood)
    if (consequence === 'give up') return failed(new Error('worker threads die before they have begun a record'))
    if (consequence === 'convict') this.#convict(task, task.from)
    this.#run(task)
  }

  /** The process has to end, but not without a word about the record. */
  #stuck(task: Task, stood: Stood): void {
    const { naming, failed } = this.#options
    const batch = stood.place === 'at' ? batchWith(task, stood.record) : undefined
    if (batch === undefined || stood.place !== 'at') return failed(new Error('a worker thread can not be ended'))
    const offset = task.slab.offsetOf(stood.record)
    const { assignment } = batch
    const where = `${assignment.topic}/${assignment.partition} offset ${offset}`
    void naming
      .last(assignment, offset)
      .then(() => failed(new Error(`a worker thread hangs at ${where} and can not be ended`)))
  }

  /** The verdict outlives the assignment's epoch: if the partition is read again, the record kills nobody any more. */
  #convict(task: Task, record: number): void {
    const { slab } = task
    applyVerdict(slab, record, KILLED_WORKER)
    batchWith(task, record)?.assignment.verdicts.set(slab.offsetOf(record), KILLED_WORKER)
    this.#options.events.convicted(placeOf(task, record))
  }
}

function batchWith(task: Task, record: number): Batch | undefined {
  return task.batches.find(({ firstRecord, endRecord }) => record >= firstRecord && record < endRecord)
}

function placeOf(task: Task, record: number): RecordPlace | undefined {
  const batch = batchWith(task, record)
  if (batch === undefined) return undefined
  const { topic, partition } = batch.assignment
  return { topic, partition, offset: task.slab.offsetOf(record) }
}
