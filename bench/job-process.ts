import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Program } from './bench-case.ts'
import type { Cluster } from './cluster.ts'
import { ProcessWatch, type Usage } from '../src/benchmark/process-watch.ts'

/** What a program that did the login job said, and what it was seen to use. */
export interface JobResult {
  readonly out: number
  readonly cleaned: number
  readonly dlq: number
  readonly seconds: number
  readonly usage: Usage
}

export interface JobTopics {
  readonly input: string
  readonly out: string
  readonly cleaned: string
  readonly dlq: string
}

export interface RunningJob {
  /** Rejects if the program fails or says something else than its one line. */
  readonly result: Promise<JobResult>
}

const root = join(import.meta.dirname, '..')

/** Creates the three output topics of a run, with as many partitions as the input has. */
export async function createOutputs(cluster: Cluster, input: string, run: string, config = {}): Promise<JobTopics> {
  const named = run.replaceAll(/[^\w.-]+/g, '-')
  const [out, cleaned, dlq] = ['out', 'cleaned', 'dlq'].map(output => cluster.nameOf(`${named}-${output}`))
  await cluster.createTopics([out, cleaned, dlq], cluster.partitionsOf(input).length, config)
  return { input, out, cleaned, dlq }
}

/** What a run that has ended leaves, besides its input. */
export function removeOutputs(cluster: Cluster, { out, cleaned, dlq }: JobTopics): Promise<void> {
  return cluster.remove([out, cleaned, dlq], out)
}

/** Starts a program on the login job, in a process of its own. */
export function startJob(
  { command, environment }: Omit<Program, 'name'>,
  cluster: Cluster,
  topics: JobTopics,
  records: number
): RunningJob {
  const job = {
    BROKERS: cluster.brokers,
    IN: topics.input,
    OUT: topics.out,
    CLEANED: topics.cleaned,
    DLQ: topics.dlq,
    GROUP: topics.out,
    N: String(records)
  }
  // `exec`: the process that is watched is the program itself and no shell.
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
    cwd: root,
    env: { ...process.env, ...environment, ...job },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const watch = child.pid === undefined ? undefined : new ProcessWatch(child.pid)
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const result = new Promise<JobResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      process.off('exit', endWithUs)
      const usage = watch?.stop()
      if (code === 0 && usage !== undefined) resolve({ ...parseResult(printed), usage })
      else reject(new Error(`"${command}" ended with ${code}`))
    })
  })
  return { result }
}

/** Reads the last line that is a JSON object. */
export function parseResult(printed: string): Omit<JobResult, 'usage'> {
  const line = printed.split('\n').findLast(text => text.startsWith('{'))
  if (line === undefined) throw new Error(`the login job printed no result: "${printed.slice(0, 200)}"`)
  const { out, cleaned, dlq, seconds } = JSON.parse(line) as Omit<JobResult, 'usage'>
  return { out, cleaned, dlq, seconds }
}
