import { type FloodOf, Fuse, type FuseLimits } from '../dead-letters/fuse.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import { settledOf } from '../offsets/ledger.ts'
import type { Events } from '../telemetry/events.ts'
import type { Batch } from './batch.ts'

export interface HoldOptions {
  readonly assignments: Assignments
  readonly events: Events
  /** Undefined: no flood is ever seen. */
  readonly limits: FuseLimits | undefined
  /** The batch may be produced. */
  next(batch: Batch): void
  /** The batch's assignment is closed: nothing will come of it. */
  drop(batch: Batch): void
  /** From now on nothing is let through. */
  blew(flood: FloodOf): void
  /** The assignment is fenced: whatever comes back for it is dropped. */
  fenced(assignment: Assignment): void
  /** What is in flight of these is given up, to be read again. */
  abandoned(assignments: readonly Assignment[]): void
}

/** What is known of one assignment. */
interface Track {
  readonly fuse: Fuse | undefined
  /** Records of batches that were let through. */
  passed: number
}

/**
 * Stops a flood of dead letters before it is produced. Batches come by in input order; the one with which a partition's
 * fuse blows is parked, and so is every batch of every partition that comes after it, until `resume`.
 *
 * What had been let through before is produced, acknowledged and settles. Parked batches keep their slabs, so that no
 * more is held than may be in flight.
 */
export class Hold {
  readonly #options: HoldOptions
  #tracks = new WeakMap<Assignment, Track>()
  #parked: Batch[] = []
  #flood: FloodOf | undefined

  constructor(options: HoldOptions) {
    this.#options = options
  }

  /** What it holds for; undefined while everything is let through. */
  get flood(): FloodOf | undefined {
    return this.#flood
  }

  get parkedRecords(): number {
    return this.#parked.reduce((sum, { firstRecord, endRecord }) => sum + endRecord - firstRecord, 0)
  }

  /** Takes the next batch of its partition. */
  release(batch: Batch): void {
    if (this.#flood === undefined && this.#parked.length === 0) this.#judge(batch)
    if (this.#flood !== undefined || this.#parked.length > 0) this.#parked.push(batch)
    else this.#pass(batch)
  }

  /** What is parked goes on, unjudged: somebody has seen what it is. What comes after is judged anew. */
  resume(): void {
    if (this.#flood === undefined) return
    this.#options.events.released(this.parkedRecords)
    this.#flood = undefined
    this.#tracks = new WeakMap([...this.#options.assignments].map(each => [each, this.#renewed(each)]))
    while (this.#parked.length > 0) this.#pass(this.#parked.shift() as Batch)
  }

  /** The assignment is closed. */
  close(assignment: Assignment): void {
    const stale = this.#parked.filter(batch => batch.assignment === assignment)
    this.#parked = this.#parked.filter(batch => batch.assignment !== assignment)
    for (const batch of stale) this.#options.drop(batch)
  }

  /**
   * Called by the loop, between polls. Of a partition that the group wants back, what is parked can't settle however long
   * the drain waits: it is given up as soon as what had been let through has settled.
   */
  step(): void {
    if (this.#flood === undefined) return
    const { assignments, fenced, abandoned, events } = this.#options
    const stuck = [...assignments].filter(
      each => each.state === 'draining' && each.ledger.inFlight > 0 && !this.#awaits(each)
    )
    if (stuck.length === 0) return
    abandoned(stuck)
    events.heldAbandoned(stuck)
    for (const assignment of stuck) {
      assignments.fence(assignment)
      fenced(assignment)
    }
  }

  /** Of the batches that have come by: where the oldest one in flight is. */
  oldestOf(assignment: Assignment): 'released' | 'parked' | undefined {
    if (this.#awaits(assignment)) return 'released'
    return this.#parked.some(batch => batch.assignment === assignment) ? 'parked' : undefined
  }

  /** Whether anything that was let through of it has not settled yet. */
  #awaits(assignment: Assignment): boolean {
    return this.#trackOf(assignment).passed > settledOf(assignment.ledger.tally)
  }

  #judge({ assignment, task, firstRecord, endRecord }: Batch): void {
    const found = this.#trackOf(assignment).fuse?.add(task.slab, firstRecord, endRecord)
    if (found === undefined) return
    const { topic, partition } = assignment
    this.#flood = { topic, partition, ...found }
    this.#options.blew(this.#flood)
  }

  #pass(batch: Batch): void {
    this.#trackOf(batch.assignment).passed += batch.endRecord - batch.firstRecord
    this.#options.next(batch)
  }

  #trackOf(assignment: Assignment): Track {
    const known = this.#tracks.get(assignment)
    if (known !== undefined) return known
    const track = { fuse: this.#newFuse(), passed: 0 }
    this.#tracks.set(assignment, track)
    return track
  }

  #renewed(assignment: Assignment): Track {
    return { fuse: this.#newFuse(), passed: this.#trackOf(assignment).passed }
  }

  #newFuse(): Fuse | undefined {
    const { limits } = this.#options
    return limits && new Fuse(limits)
  }
}
