import { setTimeout as sleep } from 'node:timers/promises'
import { SAMPLE_HEADER } from '../pipelines/user-login/samples.ts'
import { readLast, type StoredRecord } from '../src/kafka/confluent/read-last.ts'
import type { Cluster } from './cluster.ts'
import { createOutputs, startJob } from './job-process.ts'
import { PacedLogins, writeLogins } from './samples.ts'
import { percentile } from './statistics.ts'

/** Records that the program handles before the clock starts, so that it is known to run. */
const FIRST_RECORDS = 100
/** At the rate itself, not counted: what is compiled only now and connections that fill up. */
const WARM_UP_SECONDS = 3
const LOOK_MS = 100
const APPEND_TIME = { 'message.timestamp.type': 'LogAppendTime' }

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

/** Milliseconds, to whole ones as brokers stamp them. */
export interface LatencyRun {
  readonly program: string
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
  [name, command]: readonly [name: string, command: string],
  rate: number,
  seconds: number
): Promise<LatencyRun> {
  const run = `${name}-at-${rate}`
  const input = cluster.nameOf(`${run}-in`)
  await cluster.createTopics([input], APPEND_TIME)
  const topics = await createOutputs(cluster, input, run, APPEND_TIME)
  await writeLogins(cluster, input, FIRST_RECORDS)
  const warmUp = WARM_UP_SECONDS * rate
  const paced = warmUp + seconds * rate
  const startedMs = performance.now()
  const job = startJob(command, cluster, topics, FIRST_RECORDS + paced)
  await Promise.race([untilWritten(cluster, topics.out), job.result])
  const logins = new PacedLogins(cluster, input, rate, 0)
  await logins.write(paced)
  const { usage } = await job.result
  const cores = usage.cpuMs / (performance.now() - startedMs)
  const appended = await appendTimes(cluster, input, paced + FIRST_RECORDS)
  const answered = await appendTimes(cluster, topics.out, paced + FIRST_RECORDS)
  const match = (numbers: readonly number[], from: (number: number) => number, to: ReadonlyMap<number, number>) =>
    percentilesOf(numbers.map(number => Math.max(0, (to.get(number) as number) - from(number))))
  const counted = [...answered.keys()].filter(number => number >= warmUp)
  const dueAtMs = (number: number) => logins.dueAtMs(number)
  return {
    program: name,
    rate,
    fromDue: match(counted, dueAtMs, answered),
    fromAppend: match(counted, number => appended.get(number) as number, answered),
    floor: match(counted, dueAtMs, appended),
    cores,
    measured: counted.length
  }
}

async function untilWritten(cluster: Cluster, topic: string): Promise<void> {
  while ((await cluster.written(topic)) === 0) await sleep(LOOK_MS)
}

/** When the numbered records of a topic were appended, by number. */
async function appendTimes(cluster: Cluster, topic: string, atMost: number): Promise<ReadonlyMap<number, number>> {
  const times = new Map<number, number>()
  for (const record of await readLast(cluster.properties, topic, atMost)) {
    const number = numberOf(record)
    if (number !== undefined) times.set(number, record.timestampMs)
  }
  return times
}

function numberOf({ headers }: StoredRecord): number | undefined {
  const header = headers.find(({ name }) => name === SAMPLE_HEADER)
  return header && Number(Buffer.from(header.value).toString('latin1'))
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort()
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), p999: percentile(sorted, 99.9) }
}
