import type { PacedResult, TrialGround } from '../benchmark/trial-ground.ts'
import type { TrialResult } from '../benchmark/trial-run.ts'
import type { ProgressLine } from './progress-line.ts'

/** For the first run, which tells how many records take how long. */
const FIRST_RECORDS = 50_000
/** Settled records are told in portions, some thirty a second: a run should have many of them. */
const RUN_SECONDS = 2
const RECORDS_AT_MOST = 3_000_000
const LATENCY_SECONDS = 3

export interface Measured {
  readonly records: number
  readonly throughput: TrialResult
  readonly rate: number
  readonly paced: PacedResult
}

/** As many as take some two seconds here. */
export async function recordsOfARun(ground: TrialGround): Promise<number> {
  await ground.fill(FIRST_RECORDS)
  const { recordsPerSecond } = await ground.throughput({}, FIRST_RECORDS)
  const records = Math.ceil((recordsPerSecond * RUN_SECONDS) / 10_000) * 10_000
  return Math.min(RECORDS_AT_MOST, Math.max(FIRST_RECORDS, records))
}

export async function measureOnce(
  ground: TrialGround,
  records: number,
  rate: number,
  line: ProgressLine
): Promise<Measured> {
  line.show('a backlog, as fast as it goes')
  const throughput = await ground.throughput({}, records)
  line.show(`${rate} records a second`)
  const paced = await ground.paced({}, rate, LATENCY_SECONDS)
  return { records, throughput, rate, paced }
}
