import { NumberedRandom } from '../../pipelines/user-login/sample-random.ts'
import type { ChaosSettings } from './settings.ts'

export type FaultKind = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'bounce'

/** Something that is going to happen to a processor, or to a broker where it is a bounce. */
export interface PlannedFault {
  /** From the beginning of the run. */
  readonly atMs: number
  readonly kind: FaultKind
  /** Which one, from 0 on. */
  readonly target: number
  /** So long is it gone: until it is started again, or goes on after SIGSTOP. */
  readonly pauseMs: number
}

export type ScheduleSettings = Pick<
  ChaosSettings,
  'seed' | 'processors' | 'brokers' | 'kills' | 'terms' | 'bounces' | 'stopMs'
> & {
  /** How long there is traffic. */
  readonly durationMs: number
}

const SHORTEST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 3000
/** To drain, and for one that was started to become a member of its group. */
const RECOVERY_MS = 3000
/** Two brokers down, and nothing that must be on two of three can be written: each is let catch up first. */
const BROKER_RECOVERY_MS = 15_000
/** When the only broker is gone a drain can't end in time, and the promise for SIGTERM is for those that can. */
const BROKER_RESTART_MS = 12_000
const TIME_STEP_MS = 500
/** The part of the time before the first fault and after the last one. */
const QUIET_SHARE = 0.05

/**
 * The faults of a run, in the order of their times. The same settings always make the same ones; only SIGTERMs come
 * first, so that it can be seen what they do alone.
 *
 * A processor is not touched before it is back from the last fault, and where there are several, one is always there.
 */
export function planFaults(settings: ScheduleSettings): PlannedFault[] {
  return new Planner(settings).plan()
}

class Planner {
  readonly #settings: ScheduleSettings
  readonly #random: NumberedRandom
  readonly #left: Record<FaultKind, number>
  readonly #faults: PlannedFault[] = []
  /** When each is back from its last fault. */
  readonly #busyUntilMs: number[]
  #brokersBusyUntilMs = 0
  #termsAlone: number

  constructor(settings: ScheduleSettings) {
    const { seed, processors, terms, kills, bounces, stopMs } = settings
    this.#settings = settings
    this.#random = new NumberedRandom(seed, 0)
    this.#left = { SIGTERM: terms, SIGKILL: kills, SIGSTOP: stopMs > 0 ? 1 : 0, bounce: bounces }
    this.#busyUntilMs = Array.from({ length: processors }, () => 0)
    this.#termsAlone = Math.ceil(terms / 3)
  }

  plan(): PlannedFault[] {
    const { durationMs } = this.#settings
    const count = Object.values(this.#left).reduce((sum, left) => sum + left)
    const spanMs = durationMs * (1 - 2 * QUIET_SHARE)
    for (let index = 0, atMs = 0; index < count; index++) {
      const dueMs = durationMs * QUIET_SHARE + (spanMs * (index + this.#random.fraction())) / count
      atMs = this.#next(Math.max(atMs + TIME_STEP_MS, Math.round(dueMs)))
    }
    return this.#faults
  }

  /** Plans one at that time or, where nothing can happen then, as soon after it as something can. */
  #next(dueMs: number): number {
    let atMs = dueMs
    let kinds = this.#possible(atMs)
    while (kinds.length === 0) kinds = this.#possible((atMs += TIME_STEP_MS))
    const kind = this.#random.pick(kinds)
    this.#left[kind]--
    if (kind === 'SIGTERM') this.#termsAlone--
    this.#faults.push(kind === 'bounce' ? this.#bounce(atMs) : this.#strike(atMs, kind))
    return atMs
  }

  /** As often in the list as there are left of each. */
  #possible(atMs: number): FaultKind[] {
    const { stopMs, durationMs } = this.#settings
    const lastChance = this.#left.SIGSTOP > 0 && atMs + 2 * stopMs >= durationMs && this.#termsAlone <= 0
    // A long stop is to end while there is still traffic.
    if (lastChance && this.#mayHappen('SIGSTOP', atMs)) return ['SIGSTOP']
    const kinds: FaultKind[] = this.#termsAlone > 0 ? ['SIGTERM'] : ['SIGTERM', 'SIGKILL', 'SIGSTOP', 'bounce']
    return kinds
      .filter(kind => this.#mayHappen(kind, atMs))
      .flatMap(kind => Array.from({ length: this.#left[kind] }, () => kind))
  }

  #mayHappen(kind: FaultKind, atMs: number): boolean {
    const alone = this.#settings.brokers === 1
    if (kind === 'bounce') return atMs >= this.#brokersBusyUntilMs && !(alone && this.#draining(atMs))
    if (kind === 'SIGTERM' && alone && atMs < this.#brokersBusyUntilMs) return false
    return this.#idle(atMs).length > 0
  }

  #draining(atMs: number): boolean {
    return this.#faults.some(fault => fault.kind === 'SIGTERM' && fault.atMs + RECOVERY_MS > atMs)
  }

  /** Those that may be struck: back from whatever it was, and not the last one there is. */
  #idle(atMs: number): number[] {
    const idle = this.#busyUntilMs.flatMap((busyUntilMs, processor) => (busyUntilMs <= atMs ? [processor] : []))
    return idle.length > 1 || this.#settings.processors === 1 ? idle : []
  }

  #strike(atMs: number, kind: FaultKind): PlannedFault {
    const target = this.#target(atMs)
    const pauseMs = kind === 'SIGSTOP' ? this.#settings.stopMs : this.#pauseMs()
    this.#busyUntilMs[target] = atMs + pauseMs + RECOVERY_MS
    return { atMs, kind, target, pauseMs }
  }

  /** Mostly the one that has been left alone for longest, as it surely has partitions; and now and then any. */
  #target(atMs: number): number {
    const idle = this.#idle(atMs)
    const any = this.#random.pick(idle)
    if (this.#random.below(4) === 0) return any
    return idle.reduce((longest, next) => (this.#busyUntilMs[next] < this.#busyUntilMs[longest] ? next : longest), any)
  }

  #bounce(atMs: number): PlannedFault {
    const { brokers } = this.#settings
    // In turn, so that the one that coordinates the group is among them.
    const target = (this.#settings.seed + this.#left.bounce) % brokers
    const pauseMs = this.#pauseMs()
    this.#brokersBusyUntilMs = atMs + pauseMs + (brokers === 1 ? BROKER_RESTART_MS : BROKER_RECOVERY_MS)
    return { atMs, kind: 'bounce', target, pauseMs }
  }

  #pauseMs(): number {
    return SHORTEST_PAUSE_MS + this.#random.below(LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS)
  }
}
