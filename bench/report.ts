import type { LatencyRun, Percentiles } from './latency.ts'
import type { BenchSettings } from './settings.ts'
import type { Spread } from './statistics.ts'
import { renderTable } from './table.ts'
import { threadGroups } from './thread-times.ts'
import type { ThroughputRun, ThroughputSummary } from './throughput.ts'

/** All that a bench found, as it is written to a file too. */
export interface BenchReport {
  readonly startedAt: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly settings: Omit<BenchSettings, 'programs'> & { readonly programs: Readonly<Record<string, string>> }
  readonly throughput: readonly ThroughputSummary[]
  readonly latency: readonly LatencyRun[]
  readonly runs: readonly ThroughputRun[]
}

export function renderReport({ machine, settings, throughput, latency }: BenchReport): string {
  const parts = [
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · '),
    `Throughput: ${count(settings.records)} logins, ${settings.runs} runs; median (lowest to highest)`,
    throughputTable(throughput),
    'CPU by thread, us a record (median)',
    threadTable(throughput)
  ]
  if (latency.length > 0) parts.push('Latency at a steady rate, ms: p50 / p99 / p99.9', latencyTable(latency))
  return parts.join('\n\n')
}

function throughputTable(summaries: readonly ThroughputSummary[]): string {
  return renderTable(
    ['program', 'records/s', 'CPU us a record', 'peak MB'],
    summaries.map(({ program, recordsPerSecond, cpuUs, peakBytes }) => [
      program,
      spread(recordsPerSecond, count),
      spread(cpuUs, micros),
      spread(peakBytes, megabytes)
    ])
  )
}

function threadTable(summaries: readonly ThroughputSummary[]): string {
  return renderTable(
    ['program', ...threadGroups],
    summaries.map(({ program, cpuUsByGroup }) => [program, ...threadGroups.map(group => micros(cpuUsByGroup[group]))])
  )
}

function latencyTable(runs: readonly LatencyRun[]): string {
  return renderTable(
    ['program', 'records/s', 'due to output', 'input to output', 'due to input (floor)', 'cores busy'],
    runs.map(({ program, rate, fromDue, fromAppend, floor, cores }) => [
      program,
      count(rate),
      percentiles(fromDue),
      percentiles(fromAppend),
      percentiles(floor),
      cores.toFixed(2)
    ])
  )
}

function spread({ median, lowest, highest }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(lowest)} to ${format(highest)})`
}

function percentiles({ p50, p99, p999 }: Percentiles): string {
  return [p50, p99, p999].map(value => value.toFixed(0)).join(' / ')
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US')
const micros = (value: number): string => value.toFixed(2)
const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(0)
