import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { dockerKind, startDockerKafka } from '../../scripts/broker/docker-kind.ts'
import { findJava, OLDEST_JAVA } from '../../scripts/broker/java.ts'
import { ensureJars } from '../../scripts/broker/kafka-jars.ts'
import { libsDirOf } from '../../scripts/broker/kafka-kind.ts'
import { startKafka } from '../../scripts/broker/kafka-process.ts'
import { QUICK_GROUP_PROPERTIES } from '../../scripts/broker/kafka-properties.ts'
import { anyFreePort } from '../../scripts/broker/ports.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port` of the Kafka that tests may use; undefined where none can be had. */
    brokers: string | undefined
  }
}

const ROOT = resolve(import.meta.dirname, '../..')
const TEST_DIR = join(ROOT, '.test')
const DIR_PREFIX = 'kafka-'

/**
 * One real Kafka for a whole run of vitest, with data and ports of its own. It is called once for each project, one
 * after the other: the first one starts a Kafka, the others find its address in TEST_BROKERS, empty if none can be had.
 * Whoever sets that variable beforehand has the tests use a Kafka that is there already.
 */
export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const kafka = process.env.TEST_BROKERS === undefined ? await start() : undefined
  process.env.TEST_BROKERS ??= kafka?.bootstrap ?? ''
  provide('brokers', process.env.TEST_BROKERS || undefined)
  if (kafka === undefined) return undefined
  return async () => {
    delete process.env.TEST_BROKERS
    await kafka.end()
  }
}

interface SharedKafka {
  readonly bootstrap: string
  /** Its data goes with it. */
  end(): Promise<void>
}

async function start(): Promise<SharedKafka | undefined> {
  if (await findJava()) return startOnJava()
  const place = { root: ROOT, dir: join(ROOT, '.kafka') }
  const obstacle = await dockerKind.obstacle(place)
  if (obstacle === undefined) {
    const { bootstrap, stop } = await startDockerKafka(place, `millrace-test-${process.pid}`, await anyFreePort())
    return { bootstrap, end: async () => void (await stop()) }
  }
  const cause = `Java ${OLDEST_JAVA} or later is not there, ${obstacle}, and these tests need a real Kafka`
  if (process.env.CI === 'true') throw new Error(`${cause}: install one of them, or set TEST_BROKERS`)
  console.warn(`tests on Kafka are SKIPPED: ${cause}`)
  return undefined
}

async function startOnJava(): Promise<SharedKafka> {
  mkdirSync(TEST_DIR, { recursive: true })
  removeLeftovers()
  const libsDir = libsDirOf(join(ROOT, '.kafka'))
  await ensureJars(libsDir)
  const kafka = await startKafka({
    dir: ownDir(),
    libsDir,
    properties: QUICK_PROPERTIES,
    startTimeoutMs: 120_000
  })
  const end = async () => {
    // Nobody waits for a controlled shutdown.
    await kafka.kill()
    rmSync(ownDir(), { recursive: true, force: true })
  }
  return { bootstrap: kafka.bootstrap, end }
}

function ownDir(): string {
  return join(TEST_DIR, `${DIR_PREFIX}${process.pid}`)
}

/** What brokers look after only now and then, they look after at once. */
const QUICK_PROPERTIES = {
  ...QUICK_GROUP_PROPERTIES,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500
}

/** Of runs that were killed; their brokers died with them. */
function removeLeftovers(): void {
  for (const name of readdirSync(TEST_DIR)) {
    const pid = name.startsWith(DIR_PREFIX) ? Number(name.slice(DIR_PREFIX.length)) : Number.NaN
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(TEST_DIR, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
