import { setTimeout as sleep } from 'node:timers/promises'
import { SAMPLE_HEADER } from '../pipelines/user-login/samples.ts'
import { type Percentiles, percentilesOf } from '../src/benchmark/statistics.ts'
import type { RangeRecord } from '../src/kafka/range-reader.ts'
import type { BenchCase } from './bench-case.ts'
import type { Cluster } from './cluster.ts'
import { createOutputs, type JobTopics, removeOutputs, startJob } from './job-process.ts'
import { PacedLogins, writeLogins } from './samples.ts'

/** Records that the program handles before the clock starts, so that it is known to run. */
const FIRST_RECORDS = 100
/** At the rate itself, not counted: what is compiled only now and connections that fill up. */
const WARM_UP_SECONDS = 3
const LOOK_MS = 100
const APPEND_TIME = { 'message.timestamp.type': 'LogAppendTime' }

/** Milliseconds, to whole ones as brokers stamp them. */
export interface LatencyRun {
  readonly name: string
  readonly rate: number
  /** From the moment at which a login should have been sent to the append of its output. */
  readonly fromDue: Percentiles
  /** From the append of a login to the append of its output: what the program and its clients take. */
  readonly fromAppend: Percentiles
  /** From the moment at which a login should have been sent to its append: what the generator and the broker take. */
  readonly floor: Percentiles
  /** Cores that the process kept busy, its start included. */
  readonly cores: number
  readonly measured: number
}

/**
 * The program does the login job on a stream of numbered logins. Both topics have the broker's append times, and the
 * number travels in a header, so input and output are matched afterwards, when nothing is left to be disturbed.
 */
export async function runLatency(
  cluster: Cluster,
  bench: BenchCase,
  rate: number,
  seconds: number
): Promise<LatencyRun> {
  const run = `${bench.name}-at-${rate}`
  const input = cluster.nameOf(`${run}-in`)
  await cluster.createTopics([input], bench.input.partitions, APPEND_TIME)
  const topics = await createOutputs(cluster, input, run, APPEND_TIME)
  try {
    return await measure(cluster, bench, topics, rate, seconds)
  } finally {
    await removeOutputs(cluster, topics)
    await cluster.remove([input])
  }
}

async function measure(
  cluster: Cluster,
  bench: BenchCase,
  topics: JobTopics,
  rate: number,
  seconds: number
): Promise<LatencyRun> {
  await writeLogins(cluster, topics.input, FIRST_RECORDS)
  const warmUp = WARM_UP_SECONDS * rate
  const paced = warmUp + seconds * rate
  const startedMs = performance.now()
  const job = startJob(bench, cluster, topics, FIRST_RECORDS + paced)
  await Promise.race([untilWritten(cluster, topics.out), job.result])
  const logins = new PacedLogins(cluster, topics.input, rate, 0)
  await logins.write(paced)
  const { usage } = await job.result
  const cores = usage.cpuMs / (performance.now() - startedMs)
  const appended = await appendTimes(cluster, topics.input, paced)
  const answered = await appendTimes(cluster, topics.out, paced)
  const counted = Array.from({ length: paced - warmUp }, (_, index) => warmUp + index).filter(
    number => answered[number] > 0
  )
  if (counted.length === 0) {
    throw new Error(`${bench.name} does not pass on the header "${SAMPLE_HEADER}", by which its outputs are known`)
  }
  const match = (from: (number: number) => number, to: Float64Array) =>
    percentilesOf(counted.map(number => Math.max(0, to[number] - from(number))))
  const dueAtMs = (number: number) => logins.dueAtMs(number)
  return {
    name: bench.name,
    rate,
    fromDue: match(dueAtMs, answered),
    fromAppend: match(number => appended[number], answered),
    floor: match(dueAtMs, appended),
    cores,
    measured: counted.length
  }
}

async function untilWritten(cluster: Cluster, topic: string): Promise<void> {
  while ((await cluster.written(topic)) === 0) await sleep(LOOK_MS)
}

/** When the numbered records of a topic were appended, by number; 0 where there is none. */
async function appendTimes(cluster: Cluster, topic: string, numbers: number): Promise<Float64Array> {
  const times = new Float64Array(numbers)
  await cluster.read(topic, record => {
    const number = numberOf(record)
    if (number !== undefined) times[number] = record.timestampMs
  })
  return times
}

function numberOf(record: RangeRecord): number | undefined {
  const value = record.lastHeader(SAMPLE_HEADER)
  return value && Number(Buffer.from(value).toString('latin1'))
}
