import { knobsOf } from '../benchmark/knobs.ts'
import type { TrialGround } from '../benchmark/trial-ground.ts'
import { type Finding, tune } from '../benchmark/tune.ts'
import type { Environment } from '../config/environment.ts'
import type { Benched } from './bench.ts'
import { findingText, tunedLines } from './bench-text.ts'
import type { ProgressLine } from './progress-line.ts'

export interface TuneTask extends Benched {
  readonly cores: number
  readonly memoryBytes: number
  readonly records: number
  readonly rate: number
  readonly endMs: number
  readonly line: ProgressLine
}

const PACED_SECONDS = 2

/** Tries settings until the time is over; answers the lines of an env file. */
export async function tuneSettings(ground: TrialGround, task: TuneTask): Promise<string[]> {
  const { records, rate, endMs, line } = task
  let trials = 0
  let trialsMs = 0
  const leftMs = (): number => endMs - performance.now()
  const timed = async (settings: Environment, trial: () => Promise<number>): Promise<number> => {
    line.show(`${Math.max(0, Math.ceil(leftMs() / 1000))} s left`, textOf(settings), `trial ${trials + 1}`)
    const beganMs = performance.now()
    const cost = await trial()
    trialsMs += performance.now() - beganMs
    trials++
    return cost
  }
  /** Time and CPU count alike: half of the one makes up for twice the other. */
  const backlog = (settings: Environment): Promise<number> =>
    timed(settings, async () => {
      const { recordsPerSecond, cpuUs } = await ground.throughput(settings, records)
      return Math.sqrt((1e6 / recordsPerSecond) * cpuUs)
    })
  const paced = (settings: Environment): Promise<number> =>
    timed(settings, async () => {
      const { latency, cpuUs } = await ground.paced(settings, rate, PACED_SECONDS)
      return Math.sqrt(Math.max(1, latency?.p50 ?? 1) * cpuUs)
    })
  const knobs = knobsOf({ ...task, backlog, paced })
  // One that does not count, for how long a trial takes.
  await backlog({})
  const told = (finding: Finding): void => {
    line.end()
    for (const text of findingText(finding)) process.stderr.write(`${text}\n`)
  }
  /** LINGER_MS shows only where records come one by one; the others where there is a backlog. */
  const judgeOf = (found: Environment) =>
    found.LINGER_MS === undefined
      ? backlog
      : async (settings: Environment) => Math.sqrt((await backlog(settings)) * (await paced(settings)))
  const tuned = await tune({ knobs, judgeOf, leftMs, trialMs: () => trialsMs / trials, told })
  return tunedLines(tuned, { trials, cores: task.cores, records })
}

function textOf(settings: Environment): string {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return set.length === 0 ? 'as it is' : set.join(' ')
}
