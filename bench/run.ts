/**
 * `npm run bench`: the whole pipeline on a real Kafka, in a process of its own. See README.md for what the figures
 * mean, and for how to compare other programs.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StepLine } from '../scripts/broker/step-line.ts'
import { Cluster } from './cluster.ts'
import { type LatencyRun, runLatency } from './latency.ts'
import { describeMachine } from './machine.ts'
import { type BenchReport, renderReport } from './report.ts'
import { writeLogins } from './samples.ts'
import { readBenchSettings, type BenchSettings } from './settings.ts'
import { runThroughput, summarize, type ThroughputRun } from './throughput.ts'

const RESULTS = join(import.meta.dirname, '../.test/bench-results.json')

/** Program after program, and all of them again: what else the machine does meanwhile then meets all alike. */
async function measureThroughput(cluster: Cluster, settings: BenchSettings): Promise<ThroughputRun[]> {
  const input = cluster.nameOf('in')
  await cluster.createTopics([input])
  const writing = new StepLine('logins')
  await writeLogins(cluster, input, settings.records)
  writing.done(`${settings.records} logins in ${input}`)
  const runs: ThroughputRun[] = []
  for (let run = 1; run <= settings.runs; run++) {
    for (const program of settings.programs) {
      const step = new StepLine(`run ${run} of ${program[0]}`)
      const result = await runThroughput(cluster, program, input, settings.records, run)
      step.done(`run ${run} of ${program[0]}: ${Math.round(result.recordsPerSecond)} records/s`)
      runs.push(result)
    }
  }
  return runs
}

async function measureLatency(cluster: Cluster, settings: BenchSettings): Promise<LatencyRun[]> {
  const runs: LatencyRun[] = []
  for (const rate of settings.rates) {
    for (const program of settings.programs) {
      const step = new StepLine(`latency of ${program[0]} at ${rate}/s`)
      const result = await runLatency(cluster, program, rate, settings.latencySeconds)
      step.done(`latency of ${program[0]} at ${rate}/s: p99 ${result.fromDue.p99.toFixed(0)} ms`)
      runs.push(result)
    }
  }
  return runs
}

async function bench(settings: BenchSettings): Promise<BenchReport> {
  const startedAt = new Date().toISOString()
  const machine = describeMachine(settings.brokers === undefined)
  const cluster = await Cluster.open(settings.brokers)
  try {
    const runs = await measureThroughput(cluster, settings)
    const latency = await measureLatency(cluster, settings)
    const byProgram = Map.groupBy(runs, ({ program }) => program)
    const throughput = [...byProgram].map(([program, of]) => summarize(program, of))
    const programs = Object.fromEntries(settings.programs)
    return { startedAt, machine, settings: { ...settings, programs }, throughput, latency, runs }
  } finally {
    await cluster.close()
  }
}

const report = await bench(readBenchSettings(process.env, process.argv.slice(2)))
console.log(`\n${renderReport(report)}`)
mkdirSync(join(RESULTS, '..'), { recursive: true })
writeFileSync(RESULTS, `${JSON.stringify(report, undefined, 2)}\n`)
console.log(`\nall figures: ${RESULTS}`)
process.exit()
