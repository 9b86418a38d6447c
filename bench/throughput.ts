import { spreadOf, type Spread } from '../src/benchmark/statistics.ts'
import { threadGroups, type ThreadGroup } from '../src/benchmark/thread-times.ts'
import type { BenchCase } from './bench-case.ts'
import type { Cluster } from './cluster.ts'
import { createOutputs, type JobResult, type JobTopics, removeOutputs, startJob } from './job-process.ts'

/** One run over a whole input. */
export interface ThroughputRun {
  readonly name: string
  readonly recordsPerSecond: number
  /** Microseconds of CPU a record, start and stop of the process included, the broker left out. */
  readonly cpuUs: number
  readonly cpuUsByGroup: Readonly<Record<ThreadGroup, number>>
  readonly peakBytes: number
  readonly counts: Counts
}

/** Where records went. */
export type Counts = Pick<JobResult, 'out' | 'cleaned' | 'dlq'>

/** @throws if not every record of the input came out. */
export async function runThroughput(
  cluster: Cluster,
  bench: BenchCase,
  input: string,
  run: number
): Promise<ThroughputRun> {
  const topics = await createOutputs(cluster, input, `${bench.name}-${run}`)
  try {
    const result = await startJob(bench, cluster, topics, bench.records).result
    const written = await countWritten(cluster, topics, bench.environment.DELIVERY === 'exactly-once')
    assertComplete(bench.name, result, written, bench.records)
    return runOf(bench.name, result, bench.records)
  } finally {
    await removeOutputs(cluster, topics)
  }
}

/** Offsets say it at once; of transactions, which take offsets for themselves, the records have to be read. */
async function countWritten(
  cluster: Cluster,
  { out, cleaned, dlq }: JobTopics,
  inTransactions: boolean
): Promise<number[]> {
  const counted = async (topic: string): Promise<number> => {
    let records = 0
    await cluster.read(topic, () => records++)
    return records
  }
  return Promise.all([out, cleaned, dlq].map(topic => (inTransactions ? counted(topic) : cluster.written(topic))))
}

/** What was said must be what is there: a program that loses records is fast for nothing. */
export function assertComplete(
  program: string,
  { out, cleaned, dlq }: Counts,
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

/** Programs that are given the same records have to send them to the same places, or they do not do the same job. */
export function assertSameCounts(runs: readonly Pick<ThroughputRun, 'name' | 'counts'>[]): void {
  const [first, ...others] = runs
  const textOf = ({ counts }: (typeof runs)[number]) => `${counts.out} + ${counts.cleaned} + ${counts.dlq}`
  const other = others.find(run => textOf(run) !== textOf(first))
  if (other === undefined) return
  throw new Error(`${first.name} makes ${textOf(first)} of the same records, ${other.name} ${textOf(other)}`)
}

export function runOf(name: string, { seconds, usage, out, cleaned, dlq }: JobResult, records: number): ThroughputRun {
  const perRecord = (cpuMs: number): number => (cpuMs * 1000) / records
  const byGroup = threadGroups.map(group => [group, perRecord(usage.cpuMsByGroup[group])])
  return {
    name,
    recordsPerSecond: records / seconds,
    cpuUs: perRecord(usage.cpuMs),
    cpuUsByGroup: Object.fromEntries(byGroup) as Record<ThreadGroup, number>,
    peakBytes: usage.peakBytes,
    counts: { out, cleaned, dlq }
  }
}

/** The runs of one row taken together. */
export interface ThroughputSummary {
  readonly name: string
  readonly recordsPerSecond: Spread
  readonly cpuUs: Spread
  readonly cpuUsByGroup: Readonly<Record<ThreadGroup, number>>
  readonly peakBytes: Spread
}

export function summarize(name: string, runs: readonly ThroughputRun[]): ThroughputSummary {
  const of = (value: (run: ThroughputRun) => number): Spread => spreadOf(runs.map(value))
  const byGroup = threadGroups.map(group => [group, of(run => run.cpuUsByGroup[group]).median])
  return {
    name,
    recordsPerSecond: of(run => run.recordsPerSecond),
    cpuUs: of(run => run.cpuUs),
    cpuUsByGroup: Object.fromEntries(byGroup) as Record<ThreadGroup, number>,
    peakBytes: of(run => run.peakBytes)
  }
}
