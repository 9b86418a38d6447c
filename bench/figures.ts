import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LatencySummary, ScenarioResult } from './results.ts'
import { type Bar, type Chart, renderChart } from './svg.ts'
import type { ThroughputSummary } from './throughput.ts'

/** Writes a chart for each result that the documents show; answers the files. */
export function writeFigures(results: readonly ScenarioResult[], directory: string): string[] {
  mkdirSync(directory, { recursive: true })
  return results.flatMap(chartsOf).map(([name, chart]) => {
    const file = join(directory, `${name}.svg`)
    writeFileSync(file, renderChart(chart))
    return file
  })
}

export function chartsOf(result: ScenarioResult): [name: string, chart: Chart][] {
  if (result.scenario === 'latency') {
    const byRate = Map.groupBy(result.rows, ({ rate }) => rate)
    return [...byRate].map(([rate, rows]) => [`latency-${rate}`, latencyChart(rate, rows)])
  }
  if (result.scenario !== 'throughput') return []
  return [
    ['rate', rateChart(result.rows)],
    ['cpu', cpuChart(result.rows)]
  ]
}

function rateChart(rows: readonly ThroughputSummary[]): Chart {
  const bars = rows.map(({ name, recordsPerSecond: { median } }) => ({
    ...named(name),
    value: median,
    text: `${grouped(median)}/s`
  }))
  return {
    title: 'Logins a second',
    subtitle: 'one process, the broker on the same machine; longer is better',
    bars: bars.toSorted((a, b) => b.value - a.value)
  }
}

function cpuChart(rows: readonly ThroughputSummary[]): Chart {
  const bars = rows.map(({ name, cpuUs: { median } }) => ({
    ...named(name),
    value: median,
    text: `${median.toFixed(1)} µs`
  }))
  return {
    title: 'CPU a login',
    subtitle: 'all threads of the process, its start included; shorter is better',
    bars: bars.toSorted((a, b) => a.value - b.value)
  }
}

function latencyChart(rate: number, rows: readonly LatencySummary[]): Chart {
  const bars = rows.map(({ name, fromAppend: { p50, p99 } }) => ({
    ...named(name),
    from: p50,
    value: p99,
    text: `${p50.toFixed(0)} to ${p99.toFixed(0)} ms`
  }))
  return {
    title: `Latency at ${grouped(rate)} logins a second`,
    subtitle: 'from the append of the input to that of the output, p50 to p99; further left is better',
    bars: bars.toSorted((a, b) => a.value - b.value)
  }
}

function named(name: string): Pick<Bar, 'label' | 'isOwn'> {
  return { label: name, isOwn: name.startsWith('millrace') }
}

function grouped(value: number): string {
  const digits = value >= 10_000 ? -3 : 0
  return Number(`${Math.round(Number(`${value}e${digits}`))}e${-digits}`).toLocaleString('en-US')
}
