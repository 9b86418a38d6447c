import { renderTable } from '../../../bench/table.ts'
import { flatnessOf, type GrowthBound } from './flatness.ts'
import type { ProcessSample } from './process-sample.ts'

export interface SoakFacts {
  readonly samples: readonly ProcessSample[]
  readonly sampleMs: number
  readonly delivery: string
  /** Settled from the first sample to the last. */
  readonly records: number
  readonly exitCode: number | null
  readonly machine: Readonly<Record<string, string | number>>
  readonly startedAt: string
}

interface Measure {
  readonly name: string
  readonly unit: 'MB' | ''
  readonly bound: GrowthBound
  readonly of: (sample: ProcessSample) => number
}

const MB = 1_000_000

/**
 * What must not grow. Memory wavers with garbage and with what happens to be in flight; descriptors and threads do with
 * connections that are made anew, one at a time.
 */
const measures: readonly Measure[] = [
  { name: 'RSS', unit: 'MB', bound: { share: 0.05, atLeast: 16 * MB }, of: sample => sample.rss },
  { name: 'heap used', unit: 'MB', bound: { share: 0.1, atLeast: 8 * MB }, of: sample => sample.heapUsed },
  { name: 'external', unit: 'MB', bound: { share: 0.05, atLeast: 4 * MB }, of: sample => sample.external },
  { name: 'array buffers', unit: 'MB', bound: { share: 0.05, atLeast: 4 * MB }, of: sample => sample.arrayBuffers },
  { name: 'file descriptors', unit: '', bound: { share: 0, atLeast: 2 }, of: sample => sample.descriptors },
  { name: 'threads', unit: '', bound: { share: 0, atLeast: 1 }, of: sample => sample.threads }
]

const CHART_ROWS = 20
const CHART_WIDTH = 60
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Whether nothing grew, and the processor ended well. */
export function isFlat({ samples, exitCode }: SoakFacts): boolean {
  return exitCode === 0 && measures.every(({ of, bound }) => flatnessOf(samples.map(of), bound).flat)
}

/** The report in Markdown; its tables can be read as they are. */
export function renderSoak(facts: SoakFacts): string {
  const { samples, sampleMs, records, delivery, exitCode, machine, startedAt } = facts
  const seconds = (samples.length * sampleMs) / 1000
  return [
    '# Soak',
    '<!-- Written by `npm run test:soak`. -->',
    `${whole.format(records)} logins in ${(seconds / 60).toFixed(1)} minutes at full load, ` +
      `${whole.format(records / seconds)} a second, ${delivery}; the broker and the generator ran beside the processor. ` +
      `**${isFlat(facts) ? 'Nothing grew' : 'SOMETHING GREW'}**, and the processor ended with ${exitCode}.`,
    'The first third is the warm-up. What is compared are the medians of the second and the last third; a slope is the ' +
      'median of those between all pairs of samples after the warm-up.',
    renderTable(
      ['', 'first third', 'second third', 'last third', 'growth', 'at most', 'slope an hour', 'flat'],
      measures.map(measure => rowOf(measure, samples, sampleMs))
    ),
    '## RSS over time, in MB',
    chartOf(samples, sampleMs),
    '## Machine',
    renderTable(
      ['', ''],
      [['started at', startedAt], ...Object.entries(machine).map(([name, value]) => [name, String(value)])]
    ),
    ''
  ].join('\n\n')
}

function rowOf({ name, unit, bound: growthBound, of }: Measure, samples: readonly ProcessSample[], sampleMs: number) {
  const { medians, growth, bound, slope, flat } = flatnessOf(samples.map(of), growthBound)
  const show = (value: number) => (unit === 'MB' ? `${(value / MB).toFixed(1)} MB` : value.toFixed(0))
  const slopeAnHour = (slope * 3_600_000) / sampleMs
  return [name, ...medians.map(show), show(growth), show(bound), show(slopeAnHour), flat ? 'yes' : '**NO**']
}

/** A line for each stretch of time, as long as the RSS in the middle of it. */
function chartOf(samples: readonly ProcessSample[], sampleMs: number): string {
  const most = Math.max(...samples.map(({ rss }) => rss))
  const step = Math.max(1, Math.floor(samples.length / CHART_ROWS))
  const lines: string[] = []
  for (let at = Math.floor(step / 2); at < samples.length; at += step) {
    const { rss } = samples[at]
    const seconds = Math.round((at * sampleMs) / 1000)
    const bar = '#'.repeat(Math.round((rss / most) * CHART_WIDTH))
    lines.push(`${String(seconds).padStart(6)} s  ${bar.padEnd(CHART_WIDTH)}  ${(rss / MB).toFixed(0).padStart(4)}`)
  }
  return ['```text', ...lines, '```'].join('\n')
}
