import type { ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasEnded, lastLines, pidOf, spawnLogged } from './child-process.ts'
import { findJava, OLDEST_JAVA } from './java.ts'
import { anyFreePort } from './ports.ts'
import { endProcess } from './process-identity.ts'
import { registryJar } from './registry-archive.ts'

export interface RegistryOptions {
  /** Holds registry.log. */
  dir: string
  /** Apicurio, as `ensureRegistry` leaves it. */
  registryDir: string
  /** Default: any free port. */
  port?: number
  heapMb?: number
  /** true: outlives this process. Default: dies with it, however it dies. */
  detached?: boolean
  startTimeoutMs?: number
  /** Called as soon as there is a process, long before it answers. */
  onSpawn?: (pid: number) => void
}

export interface RunningRegistry {
  /** For SCHEMA_REGISTRY_URL. */
  url: string
  port: number
  pid: number
  logFile: string
  /** What is registered is gone then: it is kept in memory. */
  stop(): Promise<void>
}

const STOP_GRACE_MS = 5000

/** An argument of a registry in `dir` and of no other process. */
export function registryCommandMark(dir: string): string {
  return `-Dmillrace.registry=${resolve(dir)}`
}

/** Confluent's API of an Apicurio on this machine. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`
}

/**
 * Starts Apicurio Registry on Java, in memory, and resolves when it answers: 4 s.
 *
 * @throws Error with the last lines of its log if it ends or does not answer in time.
 */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const java = await findJava()
  if (!java) throw new Error(`Java ${OLDEST_JAVA} or later is needed to run a schema registry and was not found`)
  const dir = resolve(options.dir)
  const port = options.port ?? (await anyFreePort())
  await mkdir(dir, { recursive: true })
  const logFile = join(dir, 'registry.log')
  const child = spawnLogged([java.path, ...argumentsOf(options, dir, port)], logFile, options.detached)
  const pid = await pidOf(child)
  options.onSpawn?.(pid)
  const url = registryUrl(port)
  await untilItAnswers(child, url, logFile, options.startTimeoutMs ?? 90_000)
  return { url, port, pid, logFile, stop: () => endProcess(pid, registryCommandMark(dir), STOP_GRACE_MS) }
}

function argumentsOf({ registryDir, heapMb = 256 }: RegistryOptions, dir: string, port: number): string[] {
  // For seconds of work in small pieces: a simple collector and the quick compiler start sooner and take less memory.
  const jvm = [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError']
  const quarkus = [
    'http.host=127.0.0.1',
    `http.port=${port}`,
    'log.level=WARN',
    'banner.enabled=false',
    'analytics.disabled=true'
  ]
  const properties = quarkus.map(property => `-Dquarkus.${property}`)
  return [...jvm, '-Djava.awt.headless=true', registryCommandMark(dir), ...properties, '-jar', registryJar(registryDir)]
}

async function untilItAnswers(child: ChildProcess, url: string, log: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await answers(url))) {
    if (hasEnded(child)) throw new Error(`the schema registry ended while it started\n${lastLines(log)}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`the schema registry did not answer on ${url} within ${timeoutMs / 1000} s\n${lastLines(log)}`)
    }
    await sleep(100)
  }
}

export async function answers(url: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${url}/schemas/types`, { signal: AbortSignal.timeout(2000) })
    return ok
  } catch {
    return false
  }
}
