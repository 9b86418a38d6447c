/**
 * `npm run test:soak`: one processor at full load on one broker, for SOAK_MINUTES. What it holds of memory, descriptors
 * and threads must not grow.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { describeMachine } from '../../../bench/machine.ts'
import { KafkaCluster } from '../../../scripts/broker/kafka-cluster.ts'
import { ensureJars } from '../../../scripts/broker/kafka-jars.ts'
import { libsDirOf } from '../../../scripts/broker/kafka-kind.ts'
import { ConfluentAdmin } from '../../../src/kafka/confluent/admin.ts'
import { GroupView } from '../group-view.ts'
import { ProcessorProcess } from '../processor-process.ts'
import { Load } from './load.ts'
import { sampleProcess, type ProcessSample } from './process-sample.ts'
import { isFlat, renderSoak } from './report.ts'
import { readSoakSettings } from './settings.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const PROBE = pathToFileURL(join(import.meta.dirname, 'memory-probe.ts')).href
const PARTITIONS = 6
const INPUT = 'soak'
const HEAP_MB = 768
const MB = 1_000_000
/** Of each partition so much is kept, and it is looked at often: hours of full load do not fill the disk. */
const TOPIC_CONFIG = { 'retention.ms': '-1', 'retention.bytes': String(64 * MB), 'segment.bytes': String(16 * MB) }
const BROKER_PROPERTIES = { 'log.retention.check.interval.ms': 5000 }
const LOOK_MS = 500

const settings = readSoakSettings(process.env, process.argv.slice(2))
const { minutes, sampleMs, delivery, program, report } = settings
const dir = join(ROOT, `.test/soak-${process.pid}`)
const libsDir = libsDirOf(join(ROOT, '.kafka'))
mkdirSync(dir, { recursive: true })
await ensureJars(libsDir)
const kafka = { dir: join(dir, 'kafka'), libsDir, brokers: 1, heapMb: HEAP_MB, properties: BROKER_PROPERTIES }
const cluster = await KafkaCluster.start(kafka)
const admin = new ConfluentAdmin({ 'bootstrap.servers': cluster.bootstrap })
await admin.connect()
const outputs = { OUTPUT_TOPIC: `${INPUT}-out`, DLQ_TOPIC: `${INPUT}-dlq`, CLEANED_TOPIC: `${INPUT}-cleaned` }
await admin.createTopics(
  [INPUT, ...Object.values(outputs)].map(topic => {
    return { topic, partitions: PARTITIONS, replicationFactor: 1, config: TOPIC_CONFIG }
  })
)
await admin.disconnect()
const view = await GroupView.open(cluster.bootstrap, INPUT)

const startedAt = new Date().toISOString()
const machine = describeMachine(true)
const probeFile = join(dir, 'probe')
writeFileSync(probeFile, '')
const processor = new ProcessorProcess({
  processor: 0,
  program,
  environment: {
    BROKERS: cluster.bootstrap,
    INPUT_TOPIC: INPUT,
    ...outputs,
    GROUP_ID: INPUT,
    ...(delivery === 'exactly-once' ? { DELIVERY: delivery } : {}),
    ACCEPTED_APP_VERSIONS: '2.3.0',
    PII_HASH_KEY: 'soak',
    NODE_OPTIONS: `--import=${PROBE}`,
    SOAK_PROBE_FILE: probeFile,
    SOAK_PROBE_MS: String(sampleMs)
  },
  logFile: join(dir, 'processor.log')
})

let settled = 0
const stopping = new AbortController()

/** Committed offsets count from 0, whatever retention has taken away. */
async function watchSettled(): Promise<void> {
  while (!stopping.signal.aborted) {
    const committed = await view.committed(INPUT, PARTITIONS)
    settled = committed.reduce((sum, offset) => sum + Math.max(0, offset), 0)
    await sleep(LOOK_MS)
  }
}

async function takeSamples(): Promise<{ samples: ProcessSample[]; records: number }> {
  const samples: ProcessSample[] = []
  let settledAtFirst = 0
  const endMs = performance.now() + minutes * 60_000
  while (performance.now() < endMs) {
    await sleep(sampleMs)
    const sample = sampleProcess(processor.pid, probeFile)
    if (sample === undefined) continue
    if (samples.length === 0) settledAtFirst = settled
    samples.push(sample)
    if (samples.length % 10 === 0) say(sample)
  }
  return { samples, records: settled - settledAtFirst }
}

function say({ rss, external, heapUsed, descriptors, threads }: ProcessSample): void {
  const memory = [rss, heapUsed, external].map(bytes => (bytes / MB).toFixed(0))
  console.log(
    `${settled} settled; RSS ${memory[0]} MB, heap ${memory[1]}, external ${memory[2]}; ` +
      `${descriptors} descriptors, ${threads} threads`
  )
}

/** Rejects if it ends before it is told to. */
async function untilGone(): Promise<never> {
  const { code, signal } = await processor.ended
  if (stopping.signal.aborted) return new Promise(() => undefined)
  throw new Error(`the processor ended with ${code ?? signal}, see ${dir}`)
}

const gone = untilGone()
await Promise.race([processor.connected, gone])
const watching = watchSettled()
const load = await Load.start(cluster.bootstrap, INPUT, () => settled)
const { samples, records } = await Promise.race([takeSamples(), gone])
stopping.abort()
await watching
await load.stop()
processor.signal('SIGTERM')
const { code: exitCode } = await processor.ended
await view.close()
await cluster.end()

const facts = { samples, sampleMs, delivery, records, exitCode, machine, startedAt }
const text = renderSoak(facts)
console.log(text)
if (report !== undefined) {
  mkdirSync(dirname(report), { recursive: true })
  writeFileSync(report, text)
}
rmSync(dir, { recursive: true, force: true })
process.exit(isFlat(facts) ? 0 : 1)
