import type { ProduceFailure, RecordProducer } from '../kafka/ports.ts'
import { convict, refusalOf } from '../delivery/convict.ts'
import { isVerdict, remedyFor } from '../kafka/produce-errors.ts'
import type { Assignment } from '../offsets/assignment.ts'
import type { Events } from '../telemetry/events.ts'
import { type Batch, splitWorked } from './batch.ts'
import type { SentRow } from './culprit-search.ts'

/** Requests under way at once; each is a round trip to the broker. What is behind a row that fails comes twice. */
const ROWS_UNDER_WAY = 16

export interface IsolateOptions {
  /** The output that tells of records instead of being made of them; -1 where none does. */
  readonly metrics: number
  readonly producer: Pick<RecordProducer, 'produceAlone'>
  readonly events: Events
  /** Whether the ordinary way has rows of this partition that may still be written; they must come first. */
  underWay(assignment: Assignment): boolean
  /** The batch can go the ordinary way, now that all before it are through. */
  ordinary(batch: Batch): void
  next(batch: Batch): void
  drop(batch: Batch): void
  rewind(assignment: Assignment, isolate: boolean): void
  failed(error: Error): void
}

/**
 * Finds the row that made the brokers refuse a whole batch: each row goes in a request of its own, and the one that
 * fails alone has its verdict. Its record becomes a dead letter when the partition is read again; the records before it
 * have settled by then. No other record ever pays for it.
 */
export class Isolate {
  readonly #options: IsolateOptions
  /** Batches to be sent row by row, and those that came behind one of these. */
  readonly #queue: Batch[] = []
  #sending: Batch | undefined

  constructor(options: IsolateOptions) {
    this.#options = options
  }

  /** Answers whether it takes the batch: it is suspect, or an earlier one of its partition is still here. */
  take(batch: Batch): boolean {
    const { assignment } = batch
    const behind = [this.#sending, ...this.#queue].some(other => other?.assignment === assignment)
    if (!behind && !isSuspect(batch)) return false
    this.#queue.push(batch)
    this.step()
    return true
  }

  /** Called by the loop, too: the ordinary way may be clear by now. */
  step(): void {
    while (this.#sending === undefined && this.#queue.length > 0) {
      const [batch] = this.#queue
      if (!batch.stale && isSuspect(batch) && this.#options.underWay(batch.assignment)) return
      this.#queue.shift()
      if (batch.stale) this.#options.drop(batch)
      else if (isSuspect(batch)) this.#begin(batch)
      else this.#options.ordinary(batch)
    }
  }

  #begin(batch: Batch): void {
    this.#sending = batch
    this.#send(batch)
      .catch(this.#options.failed)
      .finally(() => {
        this.#sending = undefined
        this.step()
      })
  }

  async #send(batch: Batch): Promise<void> {
    const { assignment, task } = batch
    for (let row = batch.firstRow; row < batch.endRow; row += ROWS_UNDER_WAY) {
      if (batch.stale) return this.#options.drop(batch)
      const end = Math.min(row + ROWS_UNDER_WAY, batch.endRow)
      const rows = Array.from({ length: end - row }, (_, index) => row + index)
      const sent = rows.map(each => this.#options.producer.produceAlone(task.slab, each, assignment.partition))
      const failures = await Promise.all(sent)
      const first = failures.findIndex(failure => failure !== undefined)
      if (first >= 0) return this.#judge(batch, row + first, failures[first] as ProduceFailure)
    }
    this.#options.next(batch)
  }

  #judge(batch: Batch, row: number, failure: ProduceFailure): void {
    const { assignment, task, summaryTopic } = batch
    const error = this.#errorOf({ batch, row }, failure)
    if (error !== undefined) this.#options.failed(error)
    // A summary has no records that could have settled, nor is it to be tried again.
    if (error !== undefined && summaryTopic !== undefined) return this.#options.drop(batch)
    this.#settleBefore(batch, task.slab.rowRecord[row])
    this.#options.rewind(assignment, true)
  }

  /** What ends the process; undefined if its record has a verdict now, or nobody is to blame. */
  #errorOf(sent: SentRow, failure: ProduceFailure): Error | undefined {
    const { metrics, events } = this.#options
    if (isVerdict(failure.code)) return convict(sent, failure, metrics, events)
    const remedy = remedyFor(failure.code)
    if (remedy === 'stop') return refusalOf(sent, failure, metrics)
    events.undelivered(sent.batch.assignment, failure, remedy)
    return undefined
  }

  /** What stands before the record has been acknowledged; it must not come again. */
  #settleBefore(batch: Batch, record: number): void {
    if (record === batch.firstRecord) return this.#options.drop(batch)
    const rest = splitWorked(batch, record)
    this.#options.next(batch)
    this.#options.drop(rest)
  }
}

function isSuspect({ assignment, firstOffset }: Batch): boolean {
  return firstOffset < assignment.isolateBelow
}
