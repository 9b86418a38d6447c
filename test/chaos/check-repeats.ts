import { STRANGER, type Evidence, type Fault } from './evidence.ts'
import { Breaches, type Verdict } from './verdict.ts'

/** Something that lets rows be written again. */
export interface Cause extends Pick<Fault, 'target' | 'startMs' | 'endMs'> {
  /** `loss`: the group took a processor for dead, though nobody did anything to it: the machine was too slow. */
  readonly kind: Exclude<Fault['kind'], 'SIGTERM'> | 'loss'
}

/** What one of them made be repeated. */
export interface Repeats {
  readonly cause: Cause
  readonly repeated: number
  /** How long before the fault the oldest of them had been written; 0 if none. */
  readonly oldestMs: number
  /** What may be repeated at most. */
  readonly bound: number
}

/**
 * How long before a fault something may have been written that the fault makes be repeated: it must have settled, and
 * have been committed, unless something before it in its partition had not.
 */
const BEFORE_MS = 5000
/** What was on its way to a broker when its processor died may be appended a little later. */
const ON_ITS_WAY_MS = 2000
/** Without its coordinator a group falls apart: sessions end, partitions go, and their new owners begin at the last commit. */
const GROUP_RECOVERS_MS = 20_000
/** A commit is asked for at each interval, and takes a while. */
const COMMIT_TAKES_MS = 1000
const SESSION_MS = 6000
/** One that goes on after SIGSTOP learns a little later what it has missed. */
const NOTICES_MS = 5000

/** Rows of logins that had a row already, and whether a fault explains each. */
export function checkRepeats(evidence: Evidence): { repeats: Repeats[]; verdicts: Verdict[] } {
  const repeats = causesIn(evidence).map(cause => {
    return { cause, repeated: 0, oldestMs: 0, bound: boundOf(cause, evidence) }
  })
  const unexplained = new Breaches()
  for (const { sample, beforeMs, againMs } of repeatsIn(evidence)) {
    const of = repeats.findLast(({ cause }) => explains(cause, beforeMs, againMs))
    if (of === undefined) unexplained.add(() => `login ${sample}, written again ${againMs - beforeMs} ms later`)
    else count(of, beforeMs)
  }
  if (evidence.settings.delivery === 'exactly-once') return { repeats: [], verdicts: [noRepeats(repeats, unexplained)] }
  return {
    repeats,
    verdicts: [unexplained.none('no repeats but after a crash: rows that no fault explains'), ...bounded(repeats)]
  }
}

/** In the order of their times. A loss while a processor is frozen or a broker is gone is that fault's doing. */
function causesIn({ faults, losses }: Evidence): Cause[] {
  const causes: Cause[] = []
  for (const { kind, ...when } of faults) if (kind !== 'SIGTERM') causes.push({ kind, ...when })
  const lasting = causes.filter(({ kind }) => kind !== 'SIGKILL')
  for (const { processor, atMs } of losses) {
    if (lasting.some(cause => cause.startMs <= atMs && atMs <= lastsUntilMs(cause))) continue
    // It learns of it a session after it has last been heard of.
    causes.push({ kind: 'loss', target: processor, startMs: atMs - SESSION_MS, endMs: atMs })
  }
  return causes.toSorted((a, b) => a.startMs - b.startMs)
}

function noRepeats(repeats: readonly Repeats[], unexplained: Breaches): Verdict {
  const repeated = repeats.reduce((sum, { repeated }) => sum + repeated, unexplained.count)
  const verdict = unexplained.none('exactly once: rows that a read_committed reader sees again')
  return { ...verdict, found: String(repeated), kept: repeated === 0 }
}

function count(repeats: { cause: Cause; repeated: number; oldestMs: number }, beforeMs: number): void {
  repeats.repeated++
  repeats.oldestMs = Math.max(repeats.oldestMs, repeats.cause.startMs - beforeMs)
}

function* repeatsIn({ input, rows }: Evidence): Generator<{ sample: number; beforeMs: number; againMs: number }> {
  const beforeMs = new Float64Array(input.length).fill(NaN)
  for (let row = 0; row < rows.length; row++) {
    const sample = rows.sample[row]
    if (sample === STRANGER) continue
    const againMs = rows.appendedMs[row]
    if (!Number.isNaN(beforeMs[sample])) yield { sample, beforeMs: beforeMs[sample], againMs }
    beforeMs[sample] = againMs
  }
}

function explains(cause: Cause, beforeMs: number, againMs: number): boolean {
  const { startMs } = cause
  return beforeMs >= startMs - BEFORE_MS && beforeMs <= lastsUntilMs(cause) + ON_ITS_WAY_MS && againMs >= cause.startMs
}

function lastsUntilMs({ kind, startMs, endMs }: Cause): number {
  // Killed at once: what it had written was written by then, whenever it is started again.
  if (kind === 'SIGKILL') return startMs
  if (kind === 'bounce') return endMs + GROUP_RECOVERS_MS
  return kind === 'SIGSTOP' ? endMs + NOTICES_MS : endMs
}

/** What was in flight, and what had settled since the last commit: at most what was written at all in that time. */
function boundOf({ kind, startMs }: Cause, { rows, maxInFlightRecords, commitIntervalMs, settings }: Evidence): number {
  const sinceMs = startMs - commitIntervalMs - COMMIT_TAKES_MS
  let settled = 0
  for (let row = 0; row < rows.length; row++) {
    if (rows.appendedMs[row] >= sinceMs && rows.appendedMs[row] <= startMs) settled++
  }
  const processors = kind === 'bounce' ? settings.processors : 1
  return processors * maxInFlightRecords + settled
}

function bounded(repeats: readonly Repeats[]): Verdict[] {
  return (['SIGKILL', 'SIGSTOP', 'bounce', 'loss'] as const).flatMap(kind => {
    const of = repeats.filter(({ cause }) => cause.kind === kind)
    if (of.length === 0) return []
    const worst = of.reduce((worst, next) => (next.repeated / next.bound > worst.repeated / worst.bound ? next : worst))
    return {
      promise: `bounded repeats: rows written again after one ${kind}, at most`,
      limit: String(worst.bound),
      found: String(worst.repeated),
      kept: worst.repeated <= worst.bound,
      details: []
    }
  })
}
