import type { Cluster } from './cluster.ts'
import { createOutputs, type JobResult, startJob } from './job-process.ts'
import { spreadOf, type Spread } from './statistics.ts'
import { threadGroups, type ThreadGroup } from './thread-times.ts'

/** One run of one program over the whole input. */
export interface ThroughputRun {
  readonly program: string
  readonly recordsPerSecond: number
  /** Microseconds of CPU a record, start and stop of the process included, the broker left out. */
  readonly cpuUs: number
  readonly cpuUsByGroup: Readonly<Record<ThreadGroup, number>>
  readonly peakBytes: number
}

/** @throws if not every record of the input came out. */
export async function runThroughput(
  cluster: Cluster,
  program: readonly [name: string, command: string],
  input: string,
  records: number,
  run: number
): Promise<ThroughputRun> {
  const [name, command] = program
  const topics = await createOutputs(cluster, input, `${name}-${run}`)
  const result = await startJob(command, cluster, topics, records).result
  const written = await Promise.all([topics.out, topics.cleaned, topics.dlq].map(topic => cluster.written(topic)))
  assertComplete(name, result, written, records)
  return runOf(name, result, records)
}

/** What was said must be what is there: a program that loses records is fast for nothing. */
export function assertComplete(
  program: string,
  { out, cleaned, dlq }: Pick<JobResult, 'out' | 'cleaned' | 'dlq'>,
  written: readonly number[],
  records: number
): void {
  const said = [out, cleaned, dlq]
  const sum = out + cleaned + dlq
  if (sum === records && said.every((count, topic) => count === written[topic])) return
  throw new Error(
    `${program}: of ${records} records it says ${said.join(' + ')}, the topics hold ${written.join(' + ')}`
  )
}

export function runOf(program: string, { seconds, usage }: JobResult, records: number): ThroughputRun {
  const perRecord = (cpuMs: number): number => (cpuMs * 1000) / records
  const byGroup = threadGroups.map(group => [group, perRecord(usage.cpuMsByGroup[group])])
  return {
    program,
    recordsPerSecond: records / seconds,
    cpuUs: perRecord(usage.cpuMs),
    cpuUsByGroup: Object.fromEntries(byGroup) as Record<ThreadGroup, number>,
    peakBytes: usage.peakBytes
  }
}

/** The runs of one program taken together. */
export interface ThroughputSummary {
  readonly program: string
  readonly recordsPerSecond: Spread
  readonly cpuUs: Spread
  readonly cpuUsByGroup: Readonly<Record<ThreadGroup, number>>
  readonly peakBytes: Spread
}

export function summarize(program: string, runs: readonly ThroughputRun[]): ThroughputSummary {
  const of = (value: (run: ThroughputRun) => number): Spread => spreadOf(runs.map(value))
  const byGroup = threadGroups.map(group => [group, of(run => run.cpuUsByGroup[group]).median])
  return {
    program,
    recordsPerSecond: of(run => run.recordsPerSecond),
    cpuUs: of(run => run.cpuUs),
    cpuUsByGroup: Object.fromEntries(byGroup) as Record<ThreadGroup, number>,
    peakBytes: of(run => run.peakBytes)
  }
}
