import type { Verdict } from '../slabs/verdict.ts'
import type { SummaryState } from '../summaries/summary-state.ts'
import { Ledger, addTally, emptyTally, type Tally } from './ledger.ts'

/**
 * `assigned`: records are fetched. `draining`: the group wants it back; what is in flight may still settle. `fenced`:
 * the drain ran out of time; what has settled may still be committed, and nothing else settles. `closed`: it is no
 * longer ours.
 */
export type AssignmentState = 'assigned' | 'draining' | 'fenced' | 'closed'

/** Where a partition is read from again, and what its next summary has counted of the records before. */
export interface Start {
  readonly offset: number
  readonly summary?: SummaryState | undefined
}

/** A partition under one assignment. */
export class Assignment {
  readonly topic: string
  readonly partition: number
  /** Names this assignment in the batches of slabs; never used twice in a process. */
  readonly epoch: number
  readonly ledger: Ledger
  state: AssignmentState = 'assigned'
  /** The offset of the last commit that Kafka confirmed. */
  committed: number | undefined
  /** What the next summary had counted by then, as it stands beside that offset. */
  committedSummary: SummaryState | undefined
  /** It is about to be read again from its frontier: nothing more of it is to be produced. */
  rewinding = false
  /** By offset: records that have been judged, and are to be judged no more. */
  readonly verdicts: Map<number, Verdict>
  /** Among the records below this offset is one whose output the brokers refuse: each is sent by itself. */
  isolateBelow: number

  /** `earlier` and `start`: it is read again from there. */
  constructor(topic: string, partition: number, epoch: number, earlier?: Assignment, start?: Start) {
    this.topic = topic
    this.partition = partition
    this.epoch = epoch
    this.ledger = new Ledger(start?.offset, start?.summary)
    this.committed = earlier?.committed
    this.committedSummary = earlier?.committedSummary
    this.verdicts = new Map(earlier?.verdicts.entries().filter(([judged]) => judged >= (start?.offset ?? 0)))
    this.isolateBelow = earlier?.isolateBelow ?? 0
  }

  /** Whether what comes back of its batches still counts. */
  get live(): boolean {
    return this.state === 'assigned' || this.state === 'draining'
  }

  /** Whether the one whose output the brokers refuse may still come. */
  get suspect(): boolean {
    return this.live && (this.ledger.frontier ?? 0) < this.isolateBelow
  }

  suspectBelow(offset: number): void {
    this.isolateBelow = Math.max(this.isolateBelow, offset)
  }

  /** What a commit would tell Kafka that it does not know yet. */
  get uncommitted(): boolean {
    const { frontier, summary } = this.ledger
    if (this.state === 'closed' || frontier === undefined) return false
    return frontier !== this.committed || summary !== this.committedSummary
  }

  /** Kafka has confirmed this. */
  confirm(offset: number, summary: SummaryState | undefined): void {
    this.committed = offset
    this.committedSummary = summary
  }
}

/**
 * The assignments of this process. An epoch is checked when a batch comes back from a worker and again when it would
 * settle: `byEpoch` answers nothing for one that is fenced or closed.
 */
export class Assignments {
  readonly #byEpoch = new Map<number, Assignment>()
  readonly #byName = new Map<string, Assignment>()
  /** What the ledgers of closed assignments said at their end. */
  readonly #past = emptyTotals()
  #lastEpoch = 0

  open(topic: string, partition: number): Assignment {
    const stale = this.find(topic, partition)
    if (stale !== undefined) this.close(stale)
    return this.#add(new Assignment(topic, partition, ++this.#lastEpoch))
  }

  /** The same partition under a new epoch, to be read again from an offset: what is in flight is abandoned. */
  reopen(earlier: Assignment, start: Start): Assignment {
    this.close(earlier)
    return this.#add(new Assignment(earlier.topic, earlier.partition, ++this.#lastEpoch, earlier, start))
  }

  #add(assignment: Assignment): Assignment {
    const { topic, partition } = assignment
    this.#byEpoch.set(assignment.epoch, assignment)
    this.#byName.set(nameOf(topic, partition), assignment)
    return assignment
  }

  byEpoch(epoch: number): Assignment | undefined {
    return this.#byEpoch.get(epoch)
  }

  find(topic: string, partition: number): Assignment | undefined {
    return this.#byName.get(nameOf(topic, partition))
  }

  /** What is in flight is abandoned; what has settled may still be committed. */
  fence(assignment: Assignment): void {
    if (!assignment.live) return
    assignment.ledger.abandon()
    assignment.state = 'fenced'
    this.#byEpoch.delete(assignment.epoch)
  }

  close(assignment: Assignment): void {
    if (assignment.state === 'closed') return
    this.fence(assignment)
    assignment.state = 'closed'
    this.#byName.delete(nameOf(assignment.topic, assignment.partition))
    addLedger(this.#past, assignment.ledger)
  }

  [Symbol.iterator](): IterableIterator<Assignment> {
    return this.#byName.values()
  }

  get size(): number {
    return this.#byName.size
  }

  /** Of all assignments that there have been. */
  totals(): LedgerTotals {
    const totals = { ...this.#past, tally: { ...this.#past.tally } }
    for (const { ledger } of this) addLedger(totals, ledger)
    return totals
  }
}

/** The sums of several ledgers: `consumed` is always the sum of the tally, `abandoned` and `inFlight`. */
export interface LedgerTotals {
  consumed: number
  readonly tally: Tally
  abandoned: number
  inFlight: number
}

const emptyTotals = (): LedgerTotals => ({ consumed: 0, tally: emptyTally(), abandoned: 0, inFlight: 0 })

function addLedger(totals: LedgerTotals, ledger: Ledger): void {
  totals.consumed += ledger.consumed
  totals.abandoned += ledger.abandoned
  totals.inFlight += ledger.inFlight
  addTally(totals.tally, ledger.tally)
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
