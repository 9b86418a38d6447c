import type { SlabPool } from '../slabs/pool.ts'
import { moveRecord } from '../slabs/move.ts'
import { type Batch, splitBatch, Task } from './batch.ts'

export interface OverflowOptions {
  readonly slabs: SlabPool
  /** Room for the rows of a record that fits no usual slab. */
  readonly outputBytes: number
  split(batch: Batch, rest: Batch): void
  /** Whether every earlier batch of the partition has been released. */
  isFirst(batch: Batch): boolean
  submit(task: Task): void
  /** The batch's assignment is closed: nothing will come of it. */
  drop(batch: Batch): void
  /** The last batch that was open has moved elsewhere. */
  emptied(task: Task): void
}

/**
 * What happens to a slab whose output arena was full before its last record.
 *
 * If the run got somewhere, the rest runs again in the same slab once all that is in the arena has been produced and
 * acknowledged. If it did not, the record alone fills more than an arena: it moves to a large slab of its own, but only
 * when it is the first of its partition. Then nothing that it waits for can be waiting for it, so that one large slab
 * at a time is enough and there is no deadlock:
 *
 * - a batch waits only for earlier batches of its partition, which lie in slabs that were filled earlier;
 * - so of all slabs that wait, the one filled first waits for none of the others.
 */
export class Overflow {
  readonly #options: OverflowOptions
  /** Each with whether its last run got nowhere. */
  readonly #waiting = new Map<Task, { stuck: boolean }>()
  #large: Task | undefined

  constructor(options: OverflowOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waiting.size
  }

  add(task: Task, stuck: boolean): void {
    this.#waiting.set(task, { stuck })
    this.#retry(task)
  }

  /** Something has ended or an assignment was closed: arenas may have become free, and batches first. */
  retry(): void {
    if (this.#large?.open === 0) this.#large = undefined
    for (const task of this.#waiting.keys()) this.#retry(task)
  }

  #retry(task: Task): void {
    const wait = this.#waiting.get(task)
    if (wait === undefined) return
    for (const batch of task.batches) {
      if (batch.state === 'working' && !batch.assignment.live) this.#options.drop(batch)
    }
    // Dropping ends batches, which calls back here: the task may have been dealt with by now.
    if (this.#waiting.get(task) !== wait) return
    if (task.batches.some(({ state }) => state === 'worked' || state === 'released')) return
    const batch = firstWorking(task)
    if (batch !== undefined && wait.stuck && batch.firstRecord === task.from && !this.#moveOut(task, batch)) return
    this.#waiting.delete(task)
    this.#resume(task)
  }

  /** Runs what is left of the task; records before it may have been dropped. */
  #resume(task: Task): void {
    const next = firstWorking(task)
    if (next === undefined) return
    task.from = next.firstRecord
    this.#options.submit(task)
  }

  /** Moves the record at `task.from` to a large slab, if it is its turn. */
  #moveOut(task: Task, batch: Batch): boolean {
    const { slabs, outputBytes } = this.#options
    if (this.#large !== undefined || !this.#options.isFirst(batch)) return false
    const record = batch.firstRecord
    if (batch.endRecord > record + 1) this.#options.split(batch, splitBatch(batch, record + 1))
    const inputBytes = task.slab.headersEnd[record] - task.slab.keyStart[record] + batch.assignment.topic.length
    const large = new Task(slabs.overflow(inputBytes, outputBytes), task.takenAtMs)
    moveRecord(task.slab, record, batch.assignment, large.slab)
    large.schemas = task.schemas
    if (task.parts.isSuspect(record)) large.parts.suspect(0)
    task.remove(batch)
    batch.task = large
    batch.firstRecord = 0
    batch.endRecord = 1
    large.add(batch)
    this.#large = large
    this.#options.submit(large)
    if (task.open === 0) this.#options.emptied(task)
    return true
  }
}

function firstWorking(task: Task): Batch | undefined {
  return task.batches.find(({ state }) => state === 'working')
}
