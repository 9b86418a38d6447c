import { emptyTally, type Entry } from '../offsets/ledger.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import type { SummaryPlan } from '../summaries/plan.ts'
import { SummaryFold } from '../summaries/summary-fold.ts'
import { type SummaryCut, summaryKeyText, type SummarySource, summaryValueText } from '../summaries/summary-record.ts'
import { summarySlab } from '../summaries/summary-slab.ts'
import { SummaryState } from '../summaries/summary-state.ts'
import type { Events } from '../telemetry/events.ts'
import { Batch, splitWorked, Task } from './batch.ts'

/** How exactly a summary's time is kept. */
const LOOK_EVERY_MS = 50

export interface SummarizeOptions {
  readonly plan: SummaryPlan
  readonly source: Omit<SummarySource, 'topic' | 'partition'>
  /** Where summaries go, and its index among the outputs. */
  readonly topic: string
  readonly output: number
  /** So long after its first record a summary is cut, too; 0 for never. */
  readonly everyMs: number
  /**
   * After a cut by time the next summary waits until Kafka has confirmed the commit of that one. Without transactions: in
   * one, summary and offset can't come apart.
   */
  readonly awaitsCommit: boolean
  readonly assignments: Assignments
  readonly events: Events
  /** The batch, or the summary, may be produced. */
  next(batch: Batch): void
  /** Nothing will come of the batch: its assignment is closed. */
  drop(batch: Batch): void
  /** Has Kafka know how far this has settled. */
  commit(assignment: Assignment): void
}

/** The summary of a partition that is being counted. */
interface Running {
  readonly assignment: Assignment
  state: SummaryState
  /** What stands beside an offset behind all that has been counted. */
  counted: SummaryState
  /** The entry of what was counted last, be it a batch or a summary. */
  last: Entry | undefined
  /** When the first record came in. */
  sinceMs: number | undefined
  /** Where it was cut by time, until that is confirmed. */
  unconfirmed: { readonly offset: number; asked: boolean } | undefined
  /** What has come since and would need the next cut, in order. */
  readonly parked: Batch[]
}

/**
 * Counts each partition's records, in input order, and puts a summary between them wherever one is to be cut. A summary
 * is a batch without records: it goes the way of all batches, and no offset behind it is committed before it is
 * acknowledged. What has been counted since travels beside the committed offset, so that whoever reads from there goes on
 * counting where this one was.
 */
export class Summarize {
  readonly #options: SummarizeOptions
  readonly #fold: SummaryFold
  readonly #running = new Map<Assignment, Running>()
  #lookedMs = 0

  constructor(options: SummarizeOptions) {
    this.#options = options
    this.#fold = new SummaryFold(options.plan)
  }

  /** Takes the next batch of its partition. */
  release(batch: Batch): void {
    if (batch.stale) return this.#options.next(batch)
    const running = this.#runningOf(batch.assignment, batch.firstOffset)
    running.parked.push(batch)
    this.#advance(running)
  }

  /** Called by the loop, between polls. */
  step(): void {
    const nowMs = performance.now()
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return
    this.#lookedMs = nowMs
    this.#restoreIdle()
    for (const running of this.#running.values()) {
      if (!isRead(running.assignment)) continue
      this.#confirm(running)
      this.#advance(running)
    }
    if (this.#options.everyMs > 0) this.#cutOld(nowMs)
  }

  /** The assignment is closed. */
  close(assignment: Assignment): void {
    const parked = this.#running.get(assignment)?.parked.splice(0) ?? []
    this.#running.delete(assignment)
    for (const batch of parked) this.#options.drop(batch)
  }

  #runningOf(assignment: Assignment, firstOffset: number): Running {
    const running = this.#running.get(assignment) ?? this.#restore(assignment, firstOffset)
    if (running.state.next <= firstOffset) return running
    // Only where a topic was made anew: what had been counted is of the old one.
    const { topic, partition } = assignment
    this.#options.events.summaryDropped({ topic, partition, offset: firstOffset }, 'foreign')
    this.#restart(running, firstOffset)
    return running
  }

  #restore(assignment: Assignment, firstOffset: number): Running {
    const counted = assignment.ledger.summary ?? new SummaryState(this.#options.plan, firstOffset)
    const running: Running = {
      assignment,
      state: counted.snapshot(),
      counted,
      last: undefined,
      sinceMs: undefined,
      unconfirmed: undefined,
      parked: []
    }
    this.#running.set(assignment, running)
    return running
  }

  /** Counts what waits and lets it through, as far as no cut has to wait. */
  #advance(running: Running): void {
    const { parked, assignment } = running
    while (parked.length > 0 && isRead(assignment)) {
      if (!this.#count(running, parked[0])) return
    }
    const isDue = running.state.isFull && running.unconfirmed === undefined
    if (isDue && isRead(assignment)) this.#cut(running, 'records')
  }

  /** Answers false where the batch, or what is left of it, has to wait for a cut. */
  #count(running: Running, batch: Batch): boolean {
    const { state } = running
    const { endRecord } = batch
    const at = this.#fold.add(state, batch.task.slab, batch.firstRecord, endRecord)
    if (at > batch.firstRecord) this.#pass(running, batch, at)
    if (at === endRecord && !state.isFull) return true
    if (running.unconfirmed !== undefined) return false
    this.#cut(running, state.isFull ? 'records' : 'size')
    return true
  }

  /** The batch has been counted as far as `at`, and goes on so far. */
  #pass(running: Running, batch: Batch, at: number): void {
    const before = running.counted
    running.parked.shift()
    if (at < batch.endRecord) running.parked.unshift(splitWorked(batch, at))
    running.counted = running.state.snapshot()
    running.last = batch.entry
    running.sinceMs ??= performance.now()
    batch.counted = { fold: this.#fold, before }
    batch.entry.summary = running.counted
    this.#options.next(batch)
  }

  /** Puts the summary behind all that it has counted, and begins the next one. */
  #cut(running: Running, cut: SummaryCut): void {
    const { source, topic, output } = this.#options
    const { assignment, state } = running
    if (state.records === 0) throw new RangeError('a record does not fit a summary of its own')
    const slab = summarySlab({
      output,
      key: summaryKeyText({ ...source, topic: assignment.topic, partition: assignment.partition }, state),
      value: summaryValueText(state, cut),
      timestampMs: Date.now(),
      lastOffset: state.next - 1
    })
    const entry = assignment.ledger.openBetween(running.last, state.next)
    const task = new Task(slab, performance.now())
    const batch = new Batch(assignment, entry, task, 0, 0)
    Object.assign(batch, { endRow: 1, tally: emptyTally(), state: 'released', summaryTopic: topic })
    task.add(batch)
    this.#restart(running, state.next)
    entry.summary = running.counted
    running.last = entry
    this.#options.next(batch)
  }

  #restart(running: Running, first: number): void {
    running.state = new SummaryState(this.#options.plan, first)
    running.counted = running.state.snapshot()
    running.sinceMs = undefined
  }

  /** What was left full, or grows old, is to be cut whether or not its partition has anything more. */
  #restoreIdle(): void {
    for (const assignment of this.#options.assignments) {
      const { summary } = assignment.ledger
      if (summary === undefined || this.#running.has(assignment) || !isRead(assignment)) continue
      if (summary.isFull || this.#options.everyMs > 0) this.#restore(assignment, summary.next)
    }
  }

  #cutOld(nowMs: number): void {
    for (const running of this.#running.values()) {
      if (!isRead(running.assignment) || running.unconfirmed !== undefined || running.state.records === 0) continue
      running.sinceMs ??= nowMs
      if (nowMs - running.sinceMs >= this.#options.everyMs) this.#cutByTime(running)
    }
  }

  #cutByTime(running: Running): void {
    const offset = running.state.next
    this.#cut(running, 'time')
    if (this.#options.awaitsCommit) running.unconfirmed = { offset, asked: false }
  }

  /** Once the summary is acknowledged its commit is asked for, once; if that fails, the usual ones go on. */
  #confirm(running: Running): void {
    const { assignment, unconfirmed } = running
    if (unconfirmed === undefined) return
    const isBehind = (state: SummaryState | undefined) => state !== undefined && state.first >= unconfirmed.offset
    if (isBehind(assignment.committedSummary)) running.unconfirmed = undefined
    else if (!unconfirmed.asked && isBehind(assignment.ledger.summary)) {
      unconfirmed.asked = true
      this.#options.commit(assignment)
    }
  }
}

/** Neither gone nor about to be read again. */
function isRead({ live, rewinding }: Assignment): boolean {
  return live && !rewinding
}
