import { isDoneByFault } from './causes.ts'
import type { Evidence, ProcessorRun } from './evidence.ts'
import { Breaches, type Verdict } from './verdict.ts'

const LAG_ZERO_MS = 60_000

const nameOf = ({ processor, pid }: ProcessorRun) => `processor ${processor + 1} (pid ${pid})`

/** As it has to say, after SIGTERM, when its last commit could not be made. */
const UNDRAINED = 3
/** From SIGTERM to the end of a drain, at most. */
const DRAIN_TIMEOUT_MS = 15_000

/** After SIGTERM a processor ends with 0, unless a fault had cost it its partitions; by itself it never ends. */
export function checkProcessors(evidence: Evidence): Verdict[] {
  const { processors } = evidence
  const [crashed, unclean] = [new Breaches(), new Breaches()]
  for (const run of processors) {
    const ending = () =>
      `${nameOf(run)} ended with ${run.code ?? run.signal}: ${[...run.complaints.keys()].at(-1) ?? ''}`
    if (run.asked === undefined) crashed.add(ending)
    if (run.asked === 'SIGTERM' && run.code !== 0 && !(run.code === UNDRAINED && couldNotCommit(run, evidence)))
      unclean.add(ending)
  }
  return [
    crashed.none('alive: processors that ended by themselves'),
    unclean.none('clean stops: processors that did not exit with 0 after SIGTERM')
  ]
}

/** A broker that was killed, or its own freezing, had ended its session: while it drained it heard that others had taken over. */
function couldNotCommit({ processor, endedMs }: ProcessorRun, { losses, faults }: Evidence): boolean {
  const drainedFromMs = endedMs - DRAIN_TIMEOUT_MS
  return losses.some(loss => {
    const meanwhile = loss.processor === processor && loss.atMs >= drainedFromMs && loss.atMs <= endedMs
    return meanwhile && isDoneByFault(loss, faults)
  })
}

/**
 * consumed = processed + filtered + expired + dead-letter + abandoned + in flight, whenever one asks. No more is in flight
 * than may be, and nothing at a clean end.
 */
export function checkLedgers({ processors, ledgers, maxInFlightRecords }: Evidence): Verdict {
  const wrong = new Breaches()
  for (const { pid, ...totals } of ledgers) {
    const bounded = totals.inFlight <= maxInFlightRecords
    if (!addsUp(totals) || !bounded) wrong.add(() => `pid ${pid}: ${JSON.stringify(totals)}`)
  }
  const stopped = processors.filter(({ asked, code }) => asked === 'SIGTERM' && code === 0)
  for (const run of stopped) {
    if (run.totals === undefined) wrong.add(() => `${nameOf(run)} said nothing`)
    else if (!addsUp(run.totals) || run.totals.inFlight > 0)
      wrong.add(() => `${nameOf(run)}: ${JSON.stringify(run.totals)}`)
  }
  const verdict = wrong.none('the ledger: looks at a processor, and ends of one, where its counts do not add up')
  return { ...verdict, found: `${wrong.count} of ${ledgers.length + stopped.length}` }
}

function addsUp({ consumed, tally, abandoned, inFlight }: NonNullable<ProcessorRun['totals']>): boolean {
  const { processed, filtered, expired, deadLetter } = tally
  return consumed === processed + filtered + expired + deadLetter + abandoned + inFlight
}

export function checkLag({ lagZeroAfterMs }: Evidence): Verdict {
  return {
    promise: 'recovery: seconds from the last fault and login until all is committed, at most',
    limit: String(LAG_ZERO_MS / 1000),
    found: lagZeroAfterMs === Infinity ? 'never' : (lagZeroAfterMs / 1000).toFixed(1),
    kept: lagZeroAfterMs <= LAG_ZERO_MS,
    details: []
  }
}
