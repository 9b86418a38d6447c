import { boundOf, causesIn, explains, type Cause } from './causes.ts'
import { STRANGER, type Evidence } from './evidence.ts'
import { Breaches, type Verdict } from './verdict.ts'

/** What one of them made be repeated. */
export interface Repeats {
  readonly cause: Cause
  readonly repeated: number
  /** How long before the fault the oldest of them had been written; 0 if none. */
  readonly oldestMs: number
  /** What may be repeated at most. */
  readonly bound: number
}

/** Rows of logins that had a row already, and whether a fault explains each. */
export function checkRepeats(evidence: Evidence): { repeats: Repeats[]; verdicts: Verdict[] } {
  const repeats = causesIn(evidence).map(cause => {
    return { cause, repeated: 0, oldestMs: 0, bound: boundOf(cause, evidence) }
  })
  const unexplained = new Breaches()
  for (const { sample, beforeMs, againMs } of repeatsIn(evidence)) {
    const of = causeOf(repeats, beforeMs, againMs)
    if (of === undefined) unexplained.add(() => `login ${sample}, written again ${againMs - beforeMs} ms later`)
    else count(of, beforeMs)
  }
  if (evidence.settings.delivery === 'exactly-once') return { repeats: [], verdicts: [noRepeats(repeats, unexplained)] }
  return {
    repeats,
    verdicts: [unexplained.none('no repeats but after a crash: rows that no fault explains'), ...bounded(repeats)]
  }
}

/** The last that explains it; but while a broker is gone, that it is. */
function causeOf<Of extends Pick<Repeats, 'cause'>>(repeats: readonly Of[], beforeMs: number, againMs: number) {
  const possible = repeats.filter(({ cause }) => explains(cause, beforeMs, againMs))
  return possible.findLast(({ cause }) => cause.kind === 'bounce') ?? possible.at(-1)
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
