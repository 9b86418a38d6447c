import type { Evidence, Fault, Loss } from './evidence.ts'
import { COMMIT_INTERVAL_MS } from './processor-environment.ts'

/** Something that lets rows be written again. */
export interface Cause extends Pick<Fault, 'target' | 'startMs' | 'endMs'> {
  /** `loss`: the group took a processor for dead, though nobody did anything to it: the machine was too slow. */
  readonly kind: Exclude<Fault['kind'], 'SIGTERM'> | 'loss'
}

/** What was on its way to a broker when its processor died may be appended a little later. */
const ON_ITS_WAY_MS = 2000
/** Without its coordinator a group falls apart: sessions end, partitions go, and their new owners begin at the last commit. */
const GROUP_RECOVERS_MS = 20_000
/** A commit is asked for at each interval, and takes a while. */
const COMMIT_TAKES_MS = 1000
const SESSION_MS = 6000
/**
 * How long before a fault something may have been written that the fault makes be repeated: it must have settled, and
 * have been committed, unless something before it in its partition had not. A commit waits for a join that is under way,
 * and that for the session of a member that has died.
 */
export const BEFORE_MS = SESSION_MS + COMMIT_INTERVAL_MS + COMMIT_TAKES_MS
/** One that goes on after SIGSTOP learns a little later what it has missed. */
const NOTICES_MS = 5000

/** In the order of their times. A loss while a processor is frozen or a broker is gone is that fault's doing. */
export function causesIn({ faults, losses }: Evidence): Cause[] {
  const causes: Cause[] = []
  for (const { kind, ...when } of faults) if (kind !== 'SIGTERM') causes.push({ kind, ...when })
  for (const loss of losses) {
    if (isDoneByFault(loss, faults)) continue
    // It learns of it a session after it has last been heard of.
    const { processor, atMs } = loss
    causes.push({ kind: 'loss', target: processor, startMs: atMs - SESSION_MS, endMs: atMs })
  }
  return causes.toSorted((a, b) => a.startMs - b.startMs)
}

/** Whether a processor was frozen or a broker was gone when the group took it for dead, or shortly before. */
export function isDoneByFault({ atMs }: Loss, faults: readonly Fault[]): boolean {
  return faults.some(({ kind, ...when }) => {
    if (kind !== 'bounce' && kind !== 'SIGSTOP') return false
    return when.startMs <= atMs && atMs <= lastsUntilMs({ kind, ...when })
  })
}

/** Whether a row that was written before may have been written again because of this. */
export function explains(cause: Cause, beforeMs: number, againMs: number): boolean {
  const { startMs } = cause
  return beforeMs >= startMs - BEFORE_MS && beforeMs <= lastsUntilMs(cause) + ON_ITS_WAY_MS && againMs >= cause.startMs
}

function lastsUntilMs({ kind, startMs, endMs }: Cause): number {
  // Killed at once: what it had written was written by then, whenever it is started again.
  if (kind === 'SIGKILL') return startMs
  if (kind === 'bounce') return endMs + GROUP_RECOVERS_MS
  return kind === 'SIGSTOP' ? endMs + NOTICES_MS : endMs
}

/**
 * What was in flight, and what had settled since the last commit: at most what was written at all in that time. While
 * the broker that coordinates the group is gone nothing can be committed, so there it is all that settles meanwhile, and
 * those that are killed then had no more committed than the others.
 */
export function boundOf({ kind, startMs, endMs }: Cause, evidence: Evidence): number {
  const { maxInFlightRecords, commitIntervalMs, settings } = evidence
  const sinceMs = startMs - commitIntervalMs - COMMIT_TAKES_MS
  if (kind !== 'bounce') return maxInFlightRecords + writtenBetween(sinceMs, startMs, evidence)
  const processes = settings.processors + struckDuring(startMs, endMs + GROUP_RECOVERS_MS, evidence)
  return processes * maxInFlightRecords + writtenBetween(sinceMs, endMs, evidence)
}

function writtenBetween(sinceMs: number, untilMs: number, { rows }: Evidence): number {
  let written = 0
  for (let row = 0; row < rows.length; row++) {
    if (rows.appendedMs[row] >= sinceMs && rows.appendedMs[row] <= untilMs) written++
  }
  return written
}

function struckDuring(sinceMs: number, untilMs: number, { faults }: Evidence): number {
  const struck = faults.filter(({ kind, startMs }) => kind !== 'bounce' && startMs >= sinceMs && startMs <= untilMs)
  return struck.length
}
