import type { ChildProcess } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasEnded, lastLines, pidOf, spawnLogged } from './child-process.ts'
import { findJava, OLDEST_JAVA } from './java.ts'
import { propertiesFile, singleBrokerProperties } from './kafka-properties.ts'
import type { Properties } from './kafka-properties.ts'
import { classPath, formatStorage, LOG4J_CONFIGURATION } from './kafka-storage.ts'
import { anyFreePort } from './ports.ts'
import { answersKafka } from './probe.ts'
import { endProcess } from './process-identity.ts'

export interface KafkaOptions {
  /** Holds server.properties, kafka.log and data/, which survives a restart. */
  dir: string
  /** The jars, as `ensureJars` leaves them. */
  libsDir: string
  /** Default: any free port. */
  port?: number
  controllerPort?: number
  heapMb?: number
  /** Brokers of one cluster are formatted with the same. Default: one of its own. */
  clusterId?: string
  /** Added to the single broker's own properties, and stronger than they. */
  properties?: Properties
  /** true: outlives this process. Default: dies with it, however it dies. */
  detached?: boolean
  startTimeoutMs?: number
  /** Called as soon as there is a process, long before it answers. */
  onSpawn?: (pid: number) => void
}

export interface RunningKafka {
  bootstrap: string
  port: number
  pid: number
  logFile: string
  /** A controlled shutdown, as on SIGTERM; SIGKILL after 30 s. */
  stop(): Promise<void>
  /** As a crash: SIGKILL. */
  kill(): Promise<void>
}

const STOP_GRACE_MS = 30_000

/** What the command line of a broker in `dir` contains and no other process does. */
export function kafkaCommandMark(dir: string): string {
  return join(resolve(dir), 'server.properties')
}

/**
 * Starts Apache Kafka on Java, formatting its storage if there is none, and resolves when it answers requests.
 * @throws Error with the last lines of the broker's log if it ends or does not answer in time.
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const java = await findJava()
  if (!java) throw new Error(`Java ${OLDEST_JAVA} or later is needed to run Kafka and was not found`)
  const dir = resolve(options.dir)
  const port = options.port ?? (await anyFreePort())
  const controllerPort = options.controllerPort ?? (await anyFreePort([port]))
  const dataDir = join(dir, 'data')
  const properties = { ...singleBrokerProperties({ port, controllerPort, dataDir }), ...options.properties }
  await mkdir(dir, { recursive: true })
  await formatStorage(java.path, options.libsDir, dataDir, properties, options.clusterId)
  await writeFile(kafkaCommandMark(dir), propertiesFile(properties))

  const logFile = join(dir, 'kafka.log')
  const child = spawnBroker(java.path, { ...options, dir }, logFile)
  const pid = await pidOf(child)
  options.onSpawn?.(pid)
  const bootstrap = `127.0.0.1:${port}`
  await untilItAnswers(child, bootstrap, logFile, options.startTimeoutMs ?? 60_000)
  const end = (graceMs: number) => endProcess(pid, kafkaCommandMark(dir), graceMs)
  return { bootstrap, port, pid, logFile, stop: () => end(STOP_GRACE_MS), kill: () => killAndWait(child, end) }
}

function spawnBroker(java: string, options: KafkaOptions, logFile: string): ChildProcess {
  const heapMb = options.heapMb ?? 512
  const jvm = [`-Xms${Math.min(256, heapMb)}m`, `-Xmx${heapMb}m`, '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20']
  const failEarly = ['-XX:+ExitOnOutOfMemoryError', '-Djava.awt.headless=true', LOG4J_CONFIGURATION]
  const program = ['-cp', classPath(options.libsDir), 'kafka.Kafka', kafkaCommandMark(options.dir)]
  const command = [java, ...jvm, ...failEarly, ...program]
  return spawnLogged(command, logFile, options.detached)
}

async function untilItAnswers(child: ChildProcess, bootstrap: string, log: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await answersKafka(bootstrap, 1000)) || hasEnded(child)) {
    if (hasEnded(child)) throw new Error(`Kafka ended while it started\n${lastLines(log)}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`Kafka did not answer on ${bootstrap} within ${timeoutMs / 1000} s\n${lastLines(log)}`)
    }
    await sleep(50)
  }
}

async function killAndWait(child: ChildProcess, end: (graceMs: number) => Promise<void>): Promise<void> {
  child.kill('SIGKILL')
  await end(0)
}
