import { describe, expect, test } from 'vitest'
import { chartsOf } from '../../bench/figures.ts'
import { renderReport } from '../../bench/report.ts'
import { type ScenarioResult, summarizeLatency } from '../../bench/results.ts'
import { readBenchSettings } from '../../bench/settings.ts'
import { renderChart } from '../../bench/svg.ts'
import { summarize, type ThroughputRun } from '../../bench/throughput.ts'
import { sumByGroup } from '../../src/benchmark/thread-times.ts'

const name = 'kafka-javascript-batch'
const run = (recordsPerSecond: number): ThroughputRun => ({
  name,
  recordsPerSecond,
  cpuUs: 12.345,
  cpuUsByGroup: { ...sumByGroup([]), main: 10.25, workers: 12.5 },
  peakBytes: 987_654_321,
  counts: { out: 1, cleaned: 1, dlq: 1 }
})
const percentiles = { p50: 26, p99: 145, p999: 1648 }
const latency = { name, rate: 100_000, fromDue: percentiles, fromAppend: percentiles, floor: percentiles, cores: 0.5 }
const latencyRuns = [{ ...latency, measured: 1 }]
const runs = [run(127_000), run(1_127_000), run(230_000)]
const results: ScenarioResult[] = [
  { scenario: 'throughput', rows: [summarize(name, runs)], runs },
  { scenario: 'latency', rows: [summarizeLatency(latencyRuns)], runs: latencyRuns }
]

describe('the report', () => {
  const text = renderReport({
    startedAt: '',
    machine: {
      cpu: 'a processor with quite a long name',
      cores: 2,
      node: '26.10.0',
      kafka: '4.3.1',
      system: 'Linux 6.1'
    },
    settings: { ...readBenchSettings({}, []), programs: {} },
    leftOut: ['kafkajs is left out'],
    results
  })

  test('fits a terminal of 80 columns', () => {
    expect(text.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  test('says medians and how far apart the runs lie, and what is left out', () => {
    expect(text).toContain('230 (127-1127)')
    expect(text).toContain('26/145/1648')
    expect(text).toContain('kafkajs is left out')
  })
})

describe('charts', () => {
  test('there is one of rate, of CPU, and of latency at each rate', () => {
    expect(results.flatMap(chartsOf).map(([chart]) => chart)).toEqual(['rate', 'cpu', 'latency-100000'])
  })

  test('the longest bar ends where figures begin, and every bar says its figure', () => {
    const bar = (value: number) => ({ label: `a<b ${value}`, value, text: `${value} us`, isOwn: false })
    const svg = renderChart({ title: 'CPU', subtitle: 'less', bars: [bar(1), bar(4)] })
    expect([...svg.matchAll(/class="other" x="190" y="\d+" width="(\d+)"/g)].map(([, width]) => Number(width))).toEqual(
      [100, 400]
    )
    expect(svg).toContain('a&lt;b 4')
    expect(svg).toContain('>1 us</text>')
    expect(svg).toContain('prefers-color-scheme: dark')
  })
})
