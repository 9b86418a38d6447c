import { SchemaPointer, type SchemaKey } from '../avro/wire-format.ts'
import type { Assignment } from '../offsets/assignment.ts'
import type { WriterSchema } from '../pool/protocol.ts'
import { HAS_VERDICT, NOT_NOW, VALUE_IS_NULL, VALUE_IS_OMITTED } from '../slabs/layout.ts'
import { type Batch, splitBatch, Task } from './batch.ts'

/** Whose value is not read. */
const UNREAD = HAS_VERDICT | VALUE_IS_NULL | VALUE_IS_OMITTED

export interface ResolveOptions {
  readonly schemas:
    | {
        /** By output: the number of the schema of its rows. */
        readonly outputIds: readonly number[]
        /** Undefined where records name no schemas. */
        readonly ofRecords:
          | {
              /** Undefined if it has to be asked for. */
              get(key: SchemaKey): WriterSchema | undefined
              want(key: SchemaKey): void
            }
          | undefined
      }
    | undefined
  /** A batch was cut in two; `rest` comes right behind `batch`. */
  split(batch: Batch, rest: Batch): void
  next(task: Task): void
  /** The batch's assignment is closed: nothing will come of it. */
  drop(batch: Batch): void
  /** Nothing of the task's slab is needed any more. */
  release(task: Task): void
}

/** What a task has, and what it waits for. */
interface Needs {
  readonly missing: Set<SchemaKey>
  readonly writers: WriterSchema[]
}

/**
 * Finds the schemas that a task's records were written with, before a worker gets it: so that workers never wait, and a
 * registry that is down keeps nobody waiting but those whose schema nobody has seen yet, and what is behind them in their
 * partition. Of a record it reads the number of its schema and nothing else.
 *
 * What has to wait becomes a task of its own in the same slab, which runs when the rest of the slab has ended. That ends:
 * it waits only for earlier batches of its partitions, never for what waits here, and of all slabs the one filled first
 * waits for none of the others. `Resequence` puts the batches back into order.
 */
export class Resolve {
  readonly #options: ResolveOptions
  readonly #waiting = new Map<Task, Needs>()
  readonly #pointer = new SchemaPointer()

  constructor(options: ResolveOptions) {
    this.#options = options
  }

  /** Tasks that wait for a schema. */
  get waiting(): number {
    let count = 0
    for (const { missing } of this.#waiting.values()) if (missing.size > 0) count++
    return count
  }

  /** Partitions of which records wait for a schema. */
  get assignments(): ReadonlySet<Assignment> {
    const waiting = [...this.#waiting].filter(([, { missing }]) => missing.size > 0)
    return new Set(waiting.flatMap(([task]) => task.batches.map(({ assignment }) => assignment)))
  }

  submit(task: Task): void {
    const { schemas, next } = this.#options
    if (schemas === undefined) return next(task)
    const needs = this.#needsOf(task)
    if (needs.missing.size === 0) return this.#passOn(task, needs)
    const waiting = this.#partWaiting(task, needs.missing)
    this.#waiting.set(waiting, { missing: new Set(needs.missing), writers: [...needs.writers] })
    if (task.batches.length > 0) {
      waiting.front = task
      task.rest = waiting
      this.#passOn(task, needs)
    }
    for (const key of needs.missing) schemas.ofRecords?.want(key)
  }

  /** A schema has become known, or an assignment was closed. */
  retry(): void {
    for (const task of this.#waiting.keys()) this.#retry(task)
  }

  /** Every batch of the task has ended. */
  ended(task: Task): void {
    const { front, rest } = task
    if (front !== undefined && front.open > 0) return
    if (rest !== undefined && rest.open > 0) this.#retry(rest)
    else this.#options.release(task)
  }

  #retry(task: Task): void {
    const needs = this.#waiting.get(task)
    if (needs === undefined) return
    for (const batch of task.batches) {
      if (batch.state === 'working' && !batch.assignment.live) this.#options.drop(batch)
    }
    this.#find(needs)
    const isOver = !task.batches.some(({ state }) => state === 'working')
    const isBlocked = task.front !== undefined && task.front.open > 0
    // Dropping ends batches, which calls back here: the task may have been dealt with by now.
    if (!isOver && (needs.missing.size > 0 || isBlocked)) return
    if (!this.#waiting.delete(task) || isOver) return
    this.#passOn(task, needs)
  }

  /** Hands it on with what it needs; records of the slab that are not its own are left alone. */
  #passOn(task: Task, { writers }: Needs): void {
    const { schemas, next } = this.#options
    task.schemas = { writers, outputIds: schemas?.outputIds ?? [] }
    if (task.rest !== undefined || task.front !== undefined) markOwn(task)
    next(task)
  }

  #needsOf(task: Task): Needs {
    const ofRecords = this.#options.schemas?.ofRecords
    const needs = { missing: ofRecords === undefined ? new Set<SchemaKey>() : this.#keysOf(task), writers: [] }
    this.#find(needs)
    return needs
  }

  #find({ missing, writers }: Needs): void {
    for (const key of missing) {
      const schema = this.#options.schemas?.ofRecords?.get(key)
      if (schema === undefined) continue
      writers.push(schema)
      missing.delete(key)
    }
  }

  #keysOf(task: Task): Set<SchemaKey> {
    const keys = new Set<SchemaKey>()
    let last: SchemaKey = -1
    for (const batch of task.batches) {
      for (let record = batch.firstRecord; record < batch.endRecord; record++) {
        const key = this.#keyOf(task, record)
        if (key !== undefined && key !== last) keys.add((last = key))
      }
    }
    return keys
  }

  /** Undefined where the record names no schema, or none is needed. */
  #keyOf({ slab }: Task, record: number): SchemaKey | undefined {
    if (slab.flags[record] & UNREAD || !this.#pointer.read(slab, record)) return undefined
    return this.#pointer.key
  }

  /** Takes out of a task what waits for these schemas, and what is behind it in its partition: another task. */
  #partWaiting(task: Task, missing: ReadonlySet<SchemaKey>): Task {
    const waiting = new Task(task.slab, task.takenAtMs)
    const held = new Set<Assignment>()
    const batches = [...task.batches]
    for (const batch of batches) {
      const at = held.has(batch.assignment) ? batch.firstRecord : this.#firstMissing(batch, missing)
      if (at < 0) continue
      held.add(batch.assignment)
      moveTo(waiting, at === batch.firstRecord ? batch : this.#splitOff(batch, at))
    }
    return waiting
  }

  #splitOff(batch: Batch, at: number): Batch {
    const rest = splitBatch(batch, at)
    this.#options.split(batch, rest)
    return rest
  }

  #firstMissing({ task, firstRecord, endRecord }: Batch, missing: ReadonlySet<SchemaKey>): number {
    for (let record = firstRecord; record < endRecord; record++) {
      const key = this.#keyOf(task, record)
      if (key !== undefined && missing.has(key)) return record
    }
    return -1
  }
}

function moveTo(task: Task, batch: Batch): void {
  batch.task.remove(batch)
  batch.task = task
  task.add(batch)
}

function markOwn({ slab, batches }: Task): void {
  for (let record = 0; record < slab.records; record++) slab.flags[record] |= NOT_NOW
  for (const { state, firstRecord, endRecord } of batches) {
    if (state !== 'working') continue
    for (let record = firstRecord; record < endRecord; record++) slab.flags[record] &= ~NOT_NOW
  }
}
