import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsumerEvent, RecordConsumer } from '../kafka/ports.ts'
import type { Assignments } from '../offsets/assignment.ts'
import type { Filling } from '../slabs/filling.ts'
import { Header } from '../slabs/layout.ts'
import type { SlabPool } from '../slabs/pool.ts'
import type { Slab } from '../slabs/slab.ts'
import { applyVerdict, type Verdict } from '../slabs/verdict.ts'
import { SlabWriter } from '../slabs/writer.ts'
import type { Events } from '../telemetry/events.ts'
import { within } from '../within.ts'
import { Batch, Task } from './batch.ts'

/** So long may there be no free slab before the transport is told to hold: shorter gaps are just a full pipeline. */
const HOLD_AFTER_MS = 200
/**
 * So far apart are polls that bring records, as long as slabs are not filled by what there is. A poll and its task cost the
 * main thread some tens of microseconds however few records they bring: at 5,000 a second, each partition's fetch would be
 * a task. What comes later than that after the last poll is taken at once.
 */
const GATHER_MS = 1

export interface ConsumeOptions {
  readonly consumer: RecordConsumer
  readonly slabs: SlabPool
  readonly filling: Pick<Filling, 'records'>
  readonly assignments: Assignments
  readonly events: Events
  readonly maxRecordBytes: number
  readonly maxOutputBytes: number
  /** Nothing new is to be read. */
  leaving(): boolean
  /** A flood of dead letters is held: nothing is to be fetched for now. */
  held(): boolean
  /** There is nothing left to wait for. */
  left(): boolean
  /** An assignment, a revocation, the end of a partition, an error. */
  handle(event: ConsumerEvent): void
  /** The only moment at which assignments may change and commits begin. */
  betweenPolls(): void
  next(task: Task): void
}

/**
 * The loop that takes records from Kafka, one slab at a time. It alone calls the consumer, so that assignments change
 * only between two polls: whatever a poll delivers belongs to the assignments as they were when it began.
 *
 * It polls whether there is a free slab or not: a member that stops polling blocks the rebalance of its whole group.
 */
export class Consume {
  readonly #options: ConsumeOptions
  /** When the last poll brought records, but not many. */
  #tookMs = -Infinity
  #holding = false
  /** Set while the next record needs a larger slab than the usual. */
  #needsBytes: number | undefined

  constructor(options: ConsumeOptions) {
    this.#options = options
  }

  /** Ends when `left` says so. */
  async run(): Promise<void> {
    const { consumer, maxRecordBytes, filling } = this.#options
    while (!this.#options.left()) {
      await this.#gather()
      const slab = await this.#slabToFill()
      const maxRecords = slab && Math.min(slab.shape.records, filling.records)
      const result = await consumer.poll(slab && new SlabWriter(slab, maxRecordBytes, maxRecords))
      if (slab !== undefined) this.#take(slab)
      this.#needsBytes = result.needsBytes
      for (const event of result.events) this.#options.handle(event)
      this.#options.betweenPolls()
    }
  }

  /** Then more may have come already, or will have by the time that this is dealt with: the next one is filled at once. */
  #isWellFilled({ records, shape, header, places }: Slab): boolean {
    const mostRecords = Math.min(shape.records, this.#options.filling.records)
    return records * 2 >= mostRecords || (header[Header.INPUT_END] - places.input) * 2 >= shape.inputBytes
  }

  async #gather(): Promise<void> {
    const pauseMs = this.#tookMs + GATHER_MS - performance.now()
    if (pauseMs > 0) await sleep(pauseMs)
  }

  async #slabToFill(): Promise<Slab | undefined> {
    const { slabs, consumer, maxOutputBytes } = this.#options
    if (this.#options.leaving()) return undefined
    if (this.#options.held()) return this.#hold()
    if (this.#holding) {
      if (slabs.free * 2 < slabs.count) return undefined
      consumer.release()
      this.#holding = false
    }
    if (slabs.free === 0 && !(await this.#freed())) return undefined
    return this.#needsBytes === undefined ? slabs.acquire() : slabs.acquireLarge(this.#needsBytes, maxOutputBytes)
  }

  /** Waits a little for a slab; after `HOLD_AFTER_MS` without one only control events are served. */
  async #freed(): Promise<boolean> {
    const released = this.#options.slabs.released().then(() => true)
    const freed = (await within(HOLD_AFTER_MS, released)) ?? false
    if (!freed) this.#hold()
    return freed
  }

  #hold(): undefined {
    if (!this.#holding) this.#options.consumer.hold()
    this.#holding = true
  }

  /** Turns what the poll has put into the slab into batches, and sends them on their way. */
  #take(slab: Slab): void {
    if (slab.records === 0) return this.#options.slabs.release(slab)
    this.#options.events.took()
    const nowMs = performance.now()
    const task = new Task(slab, nowMs)
    if (!this.#isWellFilled(slab)) this.#tookMs = nowMs
    for (let index = 0; index < slab.batches; index++) {
      const assignment = this.#options.assignments.byEpoch(slab.batchEpoch[index])
      if (assignment === undefined)
        throw new Error('the transport delivered records of a partition that is not assigned')
      const first = slab.batchFirstRecord[index]
      const end = slab.batchEnd(index)
      const entry = assignment.ledger.open(slab.offsetOf(first), slab.offsetOf(end - 1) + 1, end - first)
      task.add(new Batch(assignment, entry, task, first, end))
      if (assignment.verdicts.size > 0) applyVerdicts(slab, first, end, assignment.verdicts)
    }
    this.#options.next(task)
  }
}

function applyVerdicts(slab: Slab, first: number, end: number, verdicts: ReadonlyMap<number, Verdict>): void {
  for (let record = first; record < end; record++) {
    const verdict = verdicts.get(slab.offsetOf(record))
    if (verdict !== undefined) applyVerdict(slab, record, verdict)
  }
}
