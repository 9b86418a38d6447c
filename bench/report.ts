import type { Percentiles, Spread } from '../src/benchmark/statistics.ts'
import { threadGroups, type ThreadGroup } from '../src/benchmark/thread-times.ts'
import type { BenchReport, LatencySummary, ScenarioResult } from './results.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { renderTable } from './table.ts'
import type { ThroughputSummary } from './throughput.ts'

/** Short enough for a terminal of 80 columns. */
const groupHeads: Readonly<Record<ThreadGroup, string>> = {
  main: 'main',
  workers: 'workers',
  'V8 helpers': 'V8',
  libuv: 'libuv',
  librdkafka: 'rdk',
  other: 'other'
}

/** Tables that fit a terminal of 80 columns. */
export function renderReport({ machine, settings, leftOut, results }: BenchReport): string {
  const described = Object.entries(machine).map(([name, value]) => `${name}: ${value}`)
  const how = `${settings.records.toLocaleString('en-US')} logins a run, fewer where they are large; ${settings.runs} runs, in turn`
  return [inLines(described), how, ...leftOut, ...results.map(renderScenario)].join('\n\n')
}

function renderScenario(result: ScenarioResult): string {
  const { what }: Scenario = scenarios[result.scenario]
  const head = `## ${result.scenario}: ${what}`
  if (result.scenario === 'latency') return [head, ...latencyTables(result.rows)].join('\n\n')
  return [head, throughputTable(result.rows), 'CPU by thread, us a record (median)', threadTable(result.rows)].join(
    '\n\n'
  )
}

/** CPU first: it depends least on what else the machine does. */
function throughputTable(rows: readonly ThroughputSummary[]): string {
  return renderTable(
    ['median (range)', 'CPU us/record', '1000/s', 'peak MB'],
    rows.map(({ name, recordsPerSecond, cpuUs, peakBytes }) => [
      name,
      spread(cpuUs, value => value.toFixed(value < 10 ? 2 : 1)),
      spread(recordsPerSecond, value => (value / 1000).toFixed(value < 10_000 ? 1 : 0)),
      spread(peakBytes, bytes => (bytes / 1_048_576).toFixed(0))
    ])
  )
}

function threadTable(rows: readonly ThroughputSummary[]): string {
  return renderTable(
    ['', ...threadGroups.map(group => groupHeads[group])],
    rows.map(({ name, cpuUsByGroup }) => [name, ...threadGroups.map(group => cpuUsByGroup[group].toFixed(2))])
  )
}

function latencyTables(rows: readonly LatencySummary[]): string[] {
  return [...Map.groupBy(rows, ({ rate }) => rate)].map(([rate, atRate]) => {
    const table = renderTable(
      ['', 'in to out', 'due to out', 'floor', 'cores'],
      atRate.map(({ name, fromAppend, fromDue, floor, cores }) => [
        name,
        percentiles(fromAppend),
        percentiles(fromDue),
        percentiles(floor),
        cores.toFixed(2)
      ])
    )
    return `At ${rate.toLocaleString('en-US')} records/s, ms: p50/p99/p99.9\n\n${table}`
  })
}

function spread({ median, lowest, highest }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(lowest)}-${format(highest)})`
}

function percentiles({ p50, p99, p999 }: Percentiles): string {
  return [p50, p99, p999].map(value => value.toFixed(0)).join('/')
}

const WIDTH = 80

function inLines(parts: readonly string[]): string {
  const lines = ['']
  for (const part of parts) {
    const line = lines[lines.length - 1]
    if (line === '') lines[lines.length - 1] = part
    else if (line.length + 3 + part.length <= WIDTH) lines[lines.length - 1] = `${line} · ${part}`
    else lines.push(part)
  }
  return lines.join('\n')
}
