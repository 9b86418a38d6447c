import { type Percentiles, spreadOf, type Spread } from '../src/benchmark/statistics.ts'
import type { LatencyRun } from './latency.ts'
import type { ScenarioName } from './scenarios.ts'
import type { BenchSettings } from './settings.ts'
import type { ThroughputRun, ThroughputSummary } from './throughput.ts'

/** The runs of one program at one rate taken together. */
export interface LatencySummary {
  readonly name: string
  readonly rate: number
  /** Each percentile is the median of those of the runs. */
  readonly fromDue: Percentiles
  readonly fromAppend: Percentiles
  readonly floor: Percentiles
  /** How far the runs lie apart. */
  readonly p99: Spread
  readonly cores: number
}

export type ScenarioResult =
  | {
      readonly scenario: Exclude<ScenarioName, 'latency'>
      readonly rows: readonly ThroughputSummary[]
      readonly runs: readonly ThroughputRun[]
    }
  | { readonly scenario: 'latency'; readonly rows: readonly LatencySummary[]; readonly runs: readonly LatencyRun[] }

/** All that a bench found, as it is written to a file too. */
export interface BenchReport {
  readonly startedAt: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly settings: Omit<BenchSettings, 'programs'> & { readonly programs: Readonly<Record<string, string>> }
  /** What could not be measured, and why. */
  readonly leftOut: readonly string[]
  readonly results: readonly ScenarioResult[]
}

export function summarizeLatency(runs: readonly LatencyRun[]): LatencySummary {
  const [{ name, rate }] = runs
  const medianOf = (value: (run: LatencyRun) => number): number => spreadOf(runs.map(value)).median
  const percentiles = (of: (run: LatencyRun) => Percentiles): Percentiles => ({
    p50: medianOf(run => of(run).p50),
    p99: medianOf(run => of(run).p99),
    p999: medianOf(run => of(run).p999)
  })
  return {
    name,
    rate,
    fromDue: percentiles(run => run.fromDue),
    fromAppend: percentiles(run => run.fromAppend),
    floor: percentiles(run => run.floor),
    p99: spreadOf(runs.map(run => run.fromAppend.p99)),
    cores: medianOf(run => run.cores)
  }
}
