import type { CoreSettings } from './config/options.ts'
import { describeFlood, type FloodOf } from './dead-letters/fuse.ts'
import type { RecordConsumer, TopicPartition } from './kafka/ports.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Assignment, Assignments } from './offsets/assignment.ts'
import { lookEveryMs } from './offsets/progress.ts'
import type { Batch } from './stages/batch.ts'
import { Hold } from './stages/hold.ts'
import { Pause } from './stages/pause.ts'
import { Rejoin } from './stages/rejoin.ts'
import type { Events } from './telemetry/events.ts'
import type { Insights } from './telemetry/insights.ts'
import { describePartitions, partitionsOf, type PartitionStatus } from './telemetry/partitions.ts'
import type { Standing } from './telemetry/snapshot.ts'

export interface OversightOptions {
  readonly settings: CoreSettings
  readonly consumer: RecordConsumer
  readonly assignments: Assignments
  readonly events: Events
  readonly insights: Insights
  /** Moved between `running` and `held`. */
  readonly lifecycle: Lifecycle
  subscribe(): void
  /** The batch may be produced. */
  next(batch: Batch): void
  /** Nothing will come of the batch. */
  drop(batch: Batch): void
  /** The assignment is fenced: whatever comes back for it is dropped. */
  fenced(assignment: Assignment): void
  /** While the process leaves, something was given up that will be read again. */
  abandoned(): void
  /** The oldest batch of a partition that has not been put in order yet. */
  firstOf(assignment: Assignment): Batch | undefined
  /** Records wait for a schema, and may wait for as long as the registry is down. */
  awaitsSchemas(): boolean
  failed(error: Error): void
}

/** What goes on again with `Processor.resume`. */
export interface Resumed {
  /** A flood was held. */
  readonly held: boolean
  readonly partitions: readonly TopicPartition[]
}

/**
 * What may stand still, and what must not: a flood of dead letters holds everything (`Hold`), somebody pauses partitions
 * (`Pause`), and where neither is so, what does not move is cured or ends the process (`Rejoin`).
 */
export class Oversight {
  readonly #options: OversightOptions
  readonly #hold: Hold
  readonly #pause: Pause
  readonly #rejoin: Rejoin
  #timer: NodeJS.Timeout | undefined

  constructor(options: OversightOptions) {
    const { settings, consumer, assignments, events, lifecycle, next, drop, fenced, subscribe, failed } = options
    this.#options = options
    this.#hold = new Hold({
      assignments,
      events,
      limits: limitsOf(settings),
      next,
      drop,
      blew: flood => this.#blew(flood),
      fenced,
      abandoned: () => {
        if (lifecycle.state === 'draining') options.abandoned()
      }
    })
    this.#pause = new Pause({ consumer, assignments, events })
    this.#rejoin = new Rejoin({
      consumer,
      assignments,
      events,
      stallTimeoutMs: settings.stallTimeoutMs,
      exempt: assignment => this.held || this.#pause.has(assignment) || options.awaitsSchemas(),
      leaving: () => !this.#isActive,
      subscribe,
      diagnosisOf: names => this.#diagnosisOf(names),
      failed
    })
  }

  /** A flood has been seen: nothing is to be fetched. */
  get held(): boolean {
    return this.#hold.flood !== undefined
  }

  get standing(): Standing {
    const { flood, parkedRecords } = this.#hold
    const held = flood && { ...flood, parkedRecords }
    return {
      held,
      paused: this.#pause.partitions,
      live: this.#options.lifecycle.state !== 'failed' && this.#rejoin.live
    }
  }

  /** Somebody has paused it. */
  isPaused(partition: TopicPartition): boolean {
    return this.#pause.has(partition)
  }

  partitions(): PartitionStatus[] {
    const { assignments, consumer, firstOf } = this.#options
    return partitionsOf({
      assignments,
      consumer,
      isPaused: partition => this.#pause.has(partition),
      oldestOf: assignment => this.#hold.oldestOf(assignment) ?? firstOf(assignment)?.state
    })
  }

  /** Takes the next batch of its partition. */
  release(batch: Batch): void {
    this.#hold.release(batch)
  }

  /** The assignment is closed. */
  close(assignment: Assignment): void {
    this.#hold.close(assignment)
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#expectActive()
    this.#pause.pause(partitions)
  }

  resume(partitions?: readonly TopicPartition[]): Resumed {
    this.#expectActive()
    const held = partitions === undefined && this.held
    const resumed = this.#pause.resume(partitions ?? this.#pause.partitions)
    if (held) {
      this.#options.lifecycle.move('running')
      this.#hold.resume()
    }
    return { held, partitions: resumed }
  }

  /** Called by the loop, between polls. */
  step(nowMs = performance.now()): void {
    this.#hold.step()
    this.#pause.step()
    this.#rejoin.step(nowMs)
  }

  /** Begins to look for what stands still, and goes on until `end`. By a timer, as the loop itself may stand still. */
  watch(): void {
    const everyMs = lookEveryMs(this.#options.settings.stallTimeoutMs)
    this.#timer = setInterval(() => this.look(performance.now()), everyMs).unref()
  }

  look(nowMs: number): void {
    this.#rejoin.look(nowMs)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #blew(flood: FloodOf): void {
    const { settings, events, lifecycle, failed } = this.#options
    if (settings.fuseAction === 'exit') return failed(new Error(describeFlood(flood)))
    const held = lifecycle.state === 'running'
    events.flooded(flood, held ? HELD : 'it is not produced, and will be read again')
    if (held) lifecycle.move('held')
  }

  #diagnosisOf(names: readonly string[]): string[] {
    const complaint = this.#options.insights.lastTrouble ?? 'nothing'
    return [...describePartitions(this.partitions(), names), `the Kafka client complained last of ${complaint}`]
  }

  get #isActive(): boolean {
    const { state } = this.#options.lifecycle
    return state === 'running' || state === 'held'
  }

  #expectActive(): void {
    if (!this.#isActive) throw new Error(`the processor is ${this.#options.lifecycle.state}`)
  }
}

const HELD = 'nothing more is read, produced or committed until `millrace resume` or a restart'

function limitsOf({ fuseAction, fuseRatioPercent, fuseWindowRecords, fuseConsecutiveRecords }: CoreSettings) {
  if (fuseAction === 'off') return undefined
  return {
    ratioPercent: fuseRatioPercent,
    windowRecords: fuseWindowRecords,
    consecutiveRecords: fuseConsecutiveRecords
  }
}
