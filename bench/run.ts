/**
 * `npm run bench`: the whole pipeline on a real Kafka, in a process of its own, and other programs beside it. See
 * README.md for the scenarios, for what the figures mean, and for how to compare programs of your own.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Cluster } from './cluster.ts'
import { writeFigures } from './figures.ts'
import { describeMachine } from './machine.ts'
import { otherPrograms, ownPrograms } from './programs.ts'
import { renderReport } from './report.ts'
import type { BenchReport, ScenarioResult } from './results.ts'
import { runScenario } from './run-scenario.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { readBenchSettings, type BenchSettings } from './settings.ts'

const RESULTS = join(import.meta.dirname, '../.test/bench-results.json')

async function bench(settings: BenchSettings): Promise<BenchReport> {
  const startedAt = new Date().toISOString()
  const machine = describeMachine(settings.brokers === undefined)
  const leftOut: string[] = []
  const said = (line: string): void => {
    leftOut.push(line)
    console.log(`  ${line}`)
  }
  const own = ownPrograms(process.env.TRANSPORT, said)
  const compared = settings.scenarios.some(name => (scenarios[name] as Scenario).withPeers)
  const programs = { own, others: compared ? otherPrograms(settings, said) : [] }
  const cluster = await Cluster.open(settings.brokers)
  try {
    const results: ScenarioResult[] = []
    for (const name of settings.scenarios) results.push(await runScenario(name, programs, cluster, settings))
    const given = Object.fromEntries(settings.programs)
    return { startedAt, machine, settings: { ...settings, programs: given }, leftOut, results }
  } finally {
    await cluster.close()
  }
}

const settings = readBenchSettings(process.env, process.argv.slice(2))
const report = await bench(settings)
console.log(`\n${renderReport(report)}`)
mkdirSync(join(RESULTS, '..'), { recursive: true })
writeFileSync(RESULTS, `${JSON.stringify(report, undefined, 2)}\n`)
console.log(`\nall figures: ${RESULTS}`)
if (settings.figures !== undefined) {
  for (const file of writeFigures(report.results, settings.figures)) console.log(`chart: ${file}`)
}
process.exit()
