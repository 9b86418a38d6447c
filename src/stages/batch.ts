import type { Assignment } from '../offsets/assignment.ts'
import { emptyTally, type Entry, type Tally, tallyOf } from '../offsets/ledger.ts'
import { Parts } from '../pool/parts.ts'
import type { TaskSchemas } from '../pool/protocol.ts'
import type { Slab } from '../slabs/slab.ts'
import type { SummaryFold } from '../summaries/summary-fold.ts'
import type { SummaryState } from '../summaries/summary-state.ts'

/**
 * Where a batch is on its way. `working`: in a worker or waiting for one. `worked`: its outcomes and rows are in the
 * slab. `released`: every earlier batch of its partition has been released, so its rows may be produced. `ended`:
 * settled, or dropped because its assignment is closed; its part of the slab is nobody's.
 */
export type BatchState = 'working' | 'worked' | 'released' | 'ended'

/** How a batch has been counted: from `before` on. What came of it is its entry's. */
export interface Counted {
  readonly fold: SummaryFold
  readonly before: SummaryState
}

/** Consecutive records of one partition under one assignment: `firstRecord` to before `endRecord` of a slab. */
export class Batch {
  readonly assignment: Assignment
  readonly entry: Entry
  task: Task
  firstRecord: number
  endRecord: number
  state: BatchState = 'working'
  /** Known once it is worked: its rows in the slab, and what became of its records. */
  firstRow = 0
  endRow = 0
  tally: Tally = emptyTally()
  /** Set once its records are in the partition's running summary. */
  counted: Counted | undefined
  /** Set if it is no records but a summary of those before it, for this topic. */
  summaryTopic: string | undefined

  constructor(assignment: Assignment, entry: Entry, task: Task, firstRecord: number, endRecord: number) {
    this.assignment = assignment
    this.entry = entry
    this.task = task
    this.firstRecord = firstRecord
    this.endRecord = endRecord
  }

  get records(): number {
    return this.endRecord - this.firstRecord
  }

  /** Its partition has gone or is read again, and nothing must come of this reading any more. */
  get stale(): boolean {
    return !this.assignment.live || this.assignment.rewinding
  }

  get firstOffset(): number {
    return this.task.slab.offsetOf(this.firstRecord)
  }
}

/** A filled slab on its way through the stages, with its batches in order. */
export class Task {
  readonly slab: Slab
  readonly batches: Batch[] = []
  /** When the records were taken from Kafka, for latency: milliseconds of the monotonic clock. */
  readonly takenAtMs: number
  /** The record that the worker is to begin with; those before it have been run. */
  from = 0
  /** Where the worker is to stop: at the end, unless workers have died on these records. */
  readonly parts = new Parts()
  /** Where records or rows are Avro. */
  schemas: TaskSchemas | undefined
  /** Some records of the slab wait for something: they are a task of their own, which runs when this one has ended. */
  rest: Task | undefined
  /** The task whose rest this is. */
  front: Task | undefined
  /** Batches that have not ended. */
  open = 0

  constructor(slab: Slab, takenAtMs: number) {
    this.slab = slab
    this.takenAtMs = takenAtMs
  }

  /** Adds a batch, behind `after` if that is given. */
  add(batch: Batch, after?: Batch): void {
    if (after === undefined) this.batches.push(batch)
    else this.batches.splice(this.batches.indexOf(after) + 1, 0, batch)
    this.open++
  }

  /** Takes a batch out that goes on in another task. */
  remove(batch: Batch): void {
    this.batches.splice(this.batches.indexOf(batch), 1)
    this.open--
  }
}

/** Cuts a batch in two at a record: what it keeps comes before, what is returned begins with that record. */
export function splitBatch(batch: Batch, at: number): Batch {
  const { assignment, task } = batch
  const entry = assignment.ledger.split(batch.entry, at - batch.firstRecord, task.slab.offsetOf(at - 1) + 1)
  const rest = new Batch(assignment, entry, task, at, batch.endRecord)
  batch.endRecord = at
  task.add(rest, batch)
  return rest
}

/** Cuts a batch whose outcomes and rows are known: both parts know theirs. */
export function splitWorked(batch: Batch, at: number): Batch {
  const { rowRecord, outcome } = batch.task.slab
  const rest = splitBatch(batch, at)
  let row = batch.firstRow
  while (row < batch.endRow && rowRecord[row] < at) row++
  rest.firstRow = row
  rest.endRow = batch.endRow
  batch.endRow = row
  batch.tally = tallyOf(outcome, batch.firstRecord, at)
  rest.tally = tallyOf(outcome, at, rest.endRecord)
  rest.state = batch.state
  if (batch.counted !== undefined) splitCount(batch, rest, batch.counted)
  return rest
}

/** There is no cut of the summary in the middle of a batch that has been counted. */
function splitCount(batch: Batch, rest: Batch, { fold, before }: Counted): void {
  const between = fold.after(before, batch.task.slab, batch.firstRecord, batch.endRecord)
  rest.entry.summary = batch.entry.summary
  rest.counted = { fold, before: between }
  batch.entry.summary = between
}
