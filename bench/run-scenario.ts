import { StepLine } from '../scripts/broker/step-line.ts'
import type { BenchCase, Program } from './bench-case.ts'
import type { Cluster } from './cluster.ts'
import { Inputs } from './inputs.ts'
import { type LatencyRun, runLatency } from './latency.ts'
import { type ScenarioResult, summarizeLatency } from './results.ts'
import { type Scenario, type ScenarioName, scenarios } from './scenarios.ts'
import type { BenchSettings } from './settings.ts'
import { assertSameCounts, runThroughput, summarize, type ThroughputRun } from './throughput.ts'

export interface BenchPrograms {
  readonly own: readonly Program[]
  readonly others: readonly Program[]
}

export async function runScenario(
  name: ScenarioName,
  programs: BenchPrograms,
  cluster: Cluster,
  settings: BenchSettings
): Promise<ScenarioResult> {
  const { withPeers, cases }: Scenario = scenarios[name]
  const rows = cases(withPeers ? [...programs.own, ...programs.others] : programs.own, settings.records)
  if (name === 'latency') {
    const runs = await measureLatency(rows, cluster, settings)
    const together = Map.groupBy(runs, run => `${run.rate} ${run.name}`)
    return { scenario: name, rows: [...together.values()].map(summarizeLatency), runs }
  }
  const runs = await measureThroughput(rows, cluster, settings)
  const together = Map.groupBy(runs, run => run.name)
  return { scenario: name, rows: [...together].map(([row, of]) => summarize(row, of)), runs }
}

/** Row after row, and all of them again: what else the machine does meanwhile then meets all alike. */
async function measureThroughput(
  rows: readonly BenchCase[],
  cluster: Cluster,
  settings: BenchSettings
): Promise<ThroughputRun[]> {
  const runs: ThroughputRun[] = []
  const inputs = new Inputs(cluster)
  for (let run = 1; run <= settings.runs; run++) {
    for (const row of rows) {
      const input = await inputs.topicFor(row)
      const step = new StepLine(`run ${run} of ${row.name}`)
      const result = await runThroughput(cluster, row, input, run)
      const figures = `${result.cpuUs.toFixed(2)} us, ${Math.round(result.recordsPerSecond)} records/s`
      step.done(`run ${run} of ${row.name}: ${figures}`)
      runs.push(result)
      assertSameCounts(runs.filter((_, index) => sameInput(rows[index % rows.length], row)))
    }
  }
  await inputs.clear()
  return runs
}

function sameInput(one: BenchCase, other: BenchCase): boolean {
  return JSON.stringify([one.input, one.records]) === JSON.stringify([other.input, other.records])
}

async function measureLatency(
  rows: readonly BenchCase[],
  cluster: Cluster,
  { rates, latencyRuns, latencySeconds }: BenchSettings
): Promise<LatencyRun[]> {
  const runs: LatencyRun[] = []
  for (const rate of rates) {
    for (let run = 1; run <= latencyRuns; run++) {
      for (const row of rows) {
        const step = new StepLine(`latency of ${row.name} at ${rate}/s`)
        const result = await runLatency(cluster, row, rate, latencySeconds)
        const { p50, p99 } = result.fromAppend
        step.done(`latency of ${row.name} at ${rate}/s: ${p50.toFixed(0)} and ${p99.toFixed(0)} ms`)
        runs.push(result)
      }
    }
  }
  return runs
}
