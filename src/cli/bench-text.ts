import type { InputSample } from '../benchmark/input-sample.ts'
import type { ThreadGroup } from '../benchmark/thread-times.ts'
import { type Finding, LEAST_GAIN, LEAST_ROUNDS, type Tuned } from '../benchmark/tune.ts'
import { topicsRead } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import type { Environment } from '../config/environment.ts'
import type { AnyPipeline } from '../pipeline.ts'
import type { Measured } from './bench-measure.ts'
import { print } from './print.ts'
import { grouped } from './progress-line.ts'

export interface Announced {
  readonly settings: CoreSettings
  readonly pipeline: AnyPipeline
  readonly sample: InputSample
  readonly tag: string
  readonly samples: boolean
}

/** To stderr: what goes to stdout may be an env file, or JSON. */
export function announceBench({ settings, pipeline, sample, tag, samples }: Announced): void {
  const say = (text: string) => print(text, process.stderr)
  const count = grouped(sample.records.length)
  const input = samples ? `${count} sample logins` : `the newest ${count} records of ${topicsRead(settings).join(', ')}`
  say(`▶ ${pipeline.name} · ${settings.delivery.replaceAll('-', ' ')} · ${input}, over and over`)
  say(`  topics ${tag}-* on ${settings.brokers}: they hold copies of these records and are deleted at the end`)
}

/** Whoever runs there takes from what is measured, and is taken from. */
export function warnOfMembers(group: string, members: number): void {
  if (members === 0) return
  const who = members === 1 ? 'a processor' : `${members} processors`
  print(`! ${who} of group ${group} runs: the brokers serve both, and the figures are of what is left`, process.stderr)
}

export function measuredText({ records, throughput, rate, paced }: Measured): string[] {
  const { cpuUs, cpuUsByGroup, recordsPerSecond, peakBytes } = throughput
  const threads = cpuUsByGroup === undefined ? '' : `: ${threadsText(cpuUsByGroup)}`
  return [
    `rate      ${grouped(recordsPerSecond)} records/s, over a backlog of ${grouped(records)}`,
    `CPU       ${cpuUs.toFixed(2)} us a record${threads}`,
    `memory    ${grouped(peakBytes / 1_048_576)} MB at most`,
    `latency   ${latencyText(paced.latency)}, at ${grouped(rate)} records/s`
  ]
}

function threadsText(byGroup: Readonly<Record<ThreadGroup, number>>): string {
  const shown = Object.entries(byGroup).filter(([, us]) => us >= 0.005)
  return shown.map(([group, us]) => `${group} ${us.toFixed(2)}`).join(', ')
}

function latencyText(latency: Measured['paced']['latency']): string {
  if (latency === undefined) return 'unknown, as nothing came out'
  const { p50, p99, p999 } = latency
  return `p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)}, p99.9 ${p999.toFixed(0)} ms from append to append`
}

/** What was found of a setting, as it is found. */
export function findingText({ name, chosen, gain, rounds }: Finding): string[] {
  if (rounds < LEAST_ROUNDS) return [`  ${name}: no time was left to tell; --minutes gives more`]
  if (chosen === undefined) return [`  ${name}: stays as it is`]
  return [`✔ ${linesOf(chosen).join(' ')}: ${percent(gain)} less`]
}

export interface TunedHow {
  readonly trials: number
  readonly cores: number
  readonly records: number
}

/** The lines of an env file. */
export function tunedLines({ settings, findings, gain }: Tuned, { trials, cores, records }: TunedHow): string[] {
  const how = `# millrace bench --tune: ${trials} trials of ${grouped(records)} records, ${cores} cores`
  const chosen = findings.filter(finding => finding.chosen !== undefined)
  if (Object.keys(settings).length > 0) {
    const lines = chosen.flatMap(finding => [
      `# ${percent(finding.gain)} less time and CPU`,
      ...linesOf(finding.chosen!)
    ])
    return [how, ...lines, `# all together, tried again: ${percent(gain)} less time and CPU`]
  }
  const kept = '# keep the settings that you have'
  const untold = findings.filter(({ rounds }) => rounds < LEAST_ROUNDS).map(({ name }) => name)
  const why =
    chosen.length > 0
      ? [`${kept}: what seemed better was not when it was tried again`]
      : [`${kept}: nothing else is better by more than noise, ${percent(LEAST_GAIN)} at least`]
  const missing = untold.length === 0 ? [] : [`# no time was left for ${untold.join(', ')}: try --minutes with more`]
  return [how, ...why, ...missing]
}

function linesOf(settings: Environment): string[] {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
