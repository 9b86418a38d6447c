import type { LedgerTotals } from '../../src/offsets/assignment.ts'
import type { FaultKind } from './schedule.ts'
import type { ChaosSettings } from './settings.ts'

/** Where the row of a login may be, in the order of their numbers. */
export const destinations = ['processed', 'dead-letter', 'cleaned'] as const
export type Destination = (typeof destinations)[number]

/** A row that carries no number, or one that was never written. */
export const STRANGER = -1

/** Where each login stands in the input, by its number. Columns, as there may be millions. */
export class InputColumns {
  readonly partition: Uint16Array
  readonly offset: Float64Array
  /** How often it was written. */
  readonly times: Uint8Array
  /** The number of its destination. */
  readonly expected: Uint8Array

  constructor(logins: number) {
    this.partition = new Uint16Array(logins)
    this.offset = new Float64Array(logins)
    this.times = new Uint8Array(logins)
    this.expected = new Uint8Array(logins)
  }

  get length(): number {
    return this.times.length
  }
}

export interface Row {
  /** The number of the destination. */
  readonly destination: number
  readonly partition: number
  /** The login's number, or `STRANGER`. */
  readonly sample: number
  /** When the broker appended it, milliseconds since 1970. */
  readonly appendedMs: number
  /** Whether it says anything but what must have come of its login. */
  readonly torn: boolean
}

/** The rows of all outputs; those of one output partition in the order of their offsets. */
export class RowColumns {
  length = 0
  destination = new Uint8Array(1024)
  partition = new Uint16Array(1024)
  sample = new Int32Array(1024)
  appendedMs = new Float64Array(1024)
  torn = new Uint8Array(1024)

  push({ destination, partition, sample, appendedMs, torn }: Row): void {
    if (this.length === this.sample.length) this.#grow()
    const row = this.length++
    this.destination[row] = destination
    this.partition[row] = partition
    this.sample[row] = sample
    this.appendedMs[row] = appendedMs
    this.torn[row] = torn ? 1 : 0
  }

  #grow(): void {
    const { length } = this
    this.destination = grown(this.destination, new Uint8Array(2 * length))
    this.partition = grown(this.partition, new Uint16Array(2 * length))
    this.sample = grown(this.sample, new Int32Array(2 * length))
    this.appendedMs = grown(this.appendedMs, new Float64Array(2 * length))
    this.torn = grown(this.torn, new Uint8Array(2 * length))
  }
}

function grown<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from)
  return to
}

/** A fault that did happen: from the signal until the processor may go on, or the broker answers again. */
export interface Fault {
  readonly kind: FaultKind
  readonly target: number
  readonly startMs: number
  readonly endMs: number
}

/** The group took a processor for dead and gave its partitions away, as the processor itself logged. */
export interface Loss {
  readonly processor: number
  readonly atMs: number
}

/** What the group had committed, asked for before `atMs`: next offset by partition, -1 for none. */
export interface CommitObservation {
  readonly atMs: number
  readonly offsets: readonly number[]
}

/** What a processor's ledgers added up to at some moment. */
export interface LedgerLook extends LedgerTotals {
  readonly pid: number
}

/** One process of `millrace run`, from its start to its end. */
export interface ProcessorRun {
  readonly processor: number
  readonly pid: number
  readonly startedMs: number
  readonly endedMs: number
  /** The signal that it was sent to end it; undefined if it ended by itself. */
  readonly asked: 'SIGTERM' | 'SIGKILL' | undefined
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What its ledgers added up to as it ended; undefined if it could not say. */
  readonly totals: LedgerTotals | undefined
  /** Log lines of level warn and above, and whatever it wrote to stderr; how often each came. */
  readonly complaints: ReadonlyMap<string, number>
}

/** All that is known of a run when it is over. */
export interface Evidence {
  readonly settings: ChaosSettings
  readonly maxInFlightRecords: number
  readonly commitIntervalMs: number
  readonly input: InputColumns
  readonly rows: RowColumns
  /** Records that the brokers acknowledged to the writer. */
  readonly acknowledged: number
  readonly faults: readonly Fault[]
  readonly plannedFaults: number
  readonly losses: readonly Loss[]
  readonly commits: readonly CommitObservation[]
  readonly processors: readonly ProcessorRun[]
  /** Taken while they ran, once a second. */
  readonly ledgers: readonly LedgerLook[]
  /** Worker threads that died, by the processors' own log. */
  readonly workerDeaths: number
  /** From the last fault, or the last login where that came later, until everything was committed; Infinity if never. */
  readonly lagZeroAfterMs: number
}
