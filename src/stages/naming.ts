import type { RecordConsumer } from '../kafka/ports.ts'
import type { Assignment } from '../offsets/assignment.ts'
import type { Caution } from '../offsets/caution.ts'
import { Turns } from '../offsets/turns.ts'
import { within } from '../within.ts'
import type { Batch, Task } from './batch.ts'
import type { GroupOffsets } from './group-offsets.ts'

/** How long the end of the process waits for its last word. */
const LAST_COMMIT_TIMEOUT_MS = 2000

export interface NamingOptions {
  readonly offsets: Pick<GroupOffsets, 'watchful' | 'cautionOf' | 'pin' | 'announce'>
  readonly consumer: Pick<RecordConsumer, 'endOffset'>
}

/** What is to happen before a part of a task runs. */
export interface Step {
  /** Where the part has to end. */
  readonly end: number
  /** Resolves when it may run; to be called when it has, or its worker has died. */
  readonly granted: Promise<() => void>
}

/** Records that are to be named: of one batch, from `first` to before `end`. */
interface Named {
  readonly assignment: Assignment
  readonly caution: Caution
  readonly offset: number
  readonly until: number
  readonly records: number
}

/**
 * Names records in the group's offsets before they run, where a process may have died of one of them, so that the next
 * process knows which. One stretch of records at a time in the whole process, so that no other can be the cause.
 */
export class Naming {
  readonly #options: NamingOptions
  /** Partitions whose first offset is being committed. */
  readonly #pinning = new Map<Assignment, Promise<void>>()
  /** The slab that was filled first comes first, so that a partition's records mostly run in their order. */
  readonly #turns = new Turns()
  #running: Named | undefined
  /** Its name is still there, though its records have come back. */
  #stale: Assignment | undefined
  /** The last name could not be committed: nothing waits for the next one. */
  #failing = false
  #closed = false

  constructor(options: NamingOptions) {
    this.#options = options
  }

  /** For the part of the task that begins at `task.from` and is to end at `end`. Undefined if it may just run. */
  step(task: Task, end: number): Step | undefined {
    if (!this.#options.offsets.watchful && this.#pinning.size === 0) return undefined
    const pins: Promise<void>[] = []
    for (const batch of batchesIn(task, end)) {
      const { pinned, until, named } = this.#look(batch, Math.max(batch.firstRecord, task.from), end)
      if (pinned !== undefined) pins.push(pinned)
      const first = Math.max(batch.firstRecord, task.from)
      // What comes before it runs as usual, and it has its turn in the next part.
      if (named !== undefined && first > task.from) return { end: first, granted: granted(pins) }
      if (named !== undefined) return { end: until, granted: this.#grant(task, named, pins) }
      if (until < Math.min(batch.endRecord, end)) return { end: until, granted: granted(pins) }
    }
    return pins.length === 0 ? undefined : { end, granted: granted(pins) }
  }

  /** The process has to end because of this record: the next one is to know. */
  async last(assignment: Assignment, offset: number): Promise<void> {
    const caution = this.#options.offsets.cautionOf(assignment)
    if (caution === undefined) return
    this.#running?.caution.forgive()
    caution.begin(offset, offset + 1)
    const told = [assignment, ...(this.#running === undefined ? [] : [this.#running.assignment])]
    this.#running = undefined
    await within(LAST_COMMIT_TIMEOUT_MS, this.#options.offsets.announce(told))
  }

  /** The process ends, and no record is to blame for it. */
  async close(): Promise<void> {
    this.#closed = true
    this.#running?.caution.forgive()
    const told = [this.#running?.assignment, this.#stale].filter(assignment => assignment !== undefined)
    this.#running = undefined
    if (told.length > 0) await within(LAST_COMMIT_TIMEOUT_MS, this.#options.offsets.announce(told))
  }

  /** What a batch's records from `first` on are to wait for, and how far they may run together. */
  #look(batch: Batch, first: number, end: number): { pinned?: Promise<void>; until: number; named?: Named } {
    const { assignment, task } = batch
    const last = Math.min(batch.endRecord, end)
    const caution = this.#options.offsets.cautionOf(assignment)
    const offset = task.slab.offsetOf(first)
    if (caution?.unpinned) this.#pin(assignment, offset)
    const pinned = this.#pinning.get(assignment)
    if (caution === undefined || !caution.watchful) return { pinned, until: last }

    const endOffset = this.#options.consumer.endOffset(assignment)
    if (endOffset >= 0) caution.endsAt(endOffset)
    const stretch = caution.stretch(offset, task.slab.offsetOf(last - 1) + 1)
    const until = recordAt(batch, first, last, stretch.until)
    if (!stretch.named) return { pinned, until }
    return { pinned, until, named: { assignment, caution, offset, until: stretch.until, records: until - first } }
  }

  #pin(assignment: Assignment, offset: number): void {
    this.#options.offsets.pin(assignment, offset)
    this.#pinning.set(assignment, this.#pinned(assignment))
  }

  async #pinned(assignment: Assignment): Promise<void> {
    await this.#options.offsets.announce([assignment])
    this.#pinning.delete(assignment)
  }

  async #grant(task: Task, named: Named, pins: readonly Promise<void>[]): Promise<() => void> {
    await Promise.all([this.#turns.take(task.takenAtMs), ...pins])
    const { assignment, caution, offset, until } = named
    this.#running = named
    caution.begin(offset, until)
    await this.#tell(assignment)
    return () => this.#ended(named)
  }

  /** One commit names these records, and takes back the name of those before. */
  async #tell(assignment: Assignment): Promise<void> {
    const told = [assignment, ...(this.#stale === undefined ? [] : [this.#stale])]
    this.#stale = undefined
    const answer = this.#announced(told)
    if (!this.#failing) await answer
  }

  async #announced(told: readonly Assignment[]): Promise<void> {
    this.#failing = !(await this.#options.offsets.announce(told))
  }

  #ended(named: Named): void {
    const { assignment, caution, records } = named
    if (this.#running === named) this.#running = undefined
    caution.ended(records)
    this.#stale = assignment
    // A moment later, when the rest of its task is in the queue, too.
    queueMicrotask(() => void this.#pass())
  }

  async #pass(): Promise<void> {
    const stale = this.#stale
    if (this.#turns.pass() || stale === undefined || this.#closed) return
    // Nobody is next, so that the last name would stay, and be blamed for whatever happens then.
    const done = await this.#options.offsets.announce([stale])
    if (done && this.#stale === stale) this.#stale = undefined
  }
}

function batchesIn(task: Task, end: number): Batch[] {
  return task.batches.filter(
    ({ state, firstRecord, endRecord }) => state === 'working' && endRecord > task.from && firstRecord < end
  )
}

/** The first record from `first` on that is at this offset or behind it; `last` if there is none. */
function recordAt({ task }: Batch, first: number, last: number, offset: number): number {
  let record = first
  while (record < last && task.slab.offsetOf(record) < offset) record++
  return record
}

async function granted(pins: readonly Promise<void>[]): Promise<() => void> {
  await Promise.all(pins)
  return () => undefined
}
