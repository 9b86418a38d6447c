import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { BrokerKind, BrokerPlace } from './broker-kind.ts'
import { KAFKA_VERSION } from './kafka-jars.ts'
import { answersKafka } from './probe.ts'
import type { BrokerState } from './state.ts'

const IMAGE = `apache/kafka:${KAFKA_VERSION}`
const ASK_TIMEOUT_MS = 8000
const PULL_TIMEOUT_MS = 600_000
const START_TIMEOUT_MS = 120_000

const UP = ['up', '--detach', '--no-deps', 'kafka']

const run = promisify(execFile)

/** Apache Kafka's official image, by docker-compose.yml. */
export const dockerKind: BrokerKind = {
  name: 'docker',
  title: `Kafka ${KAFKA_VERSION} in Docker`,

  async obstacle() {
    if (!(await succeeds(['info', '--format', '{{.ServerVersion}}']))) return 'no Docker engine answers'
    if (!(await succeeds(['compose', 'version']))) return "Docker's compose plugin is not there"
    return undefined
  },

  async prepare(_place, step) {
    if (await succeeds(['image', 'inspect', IMAGE])) return
    step.detail = `pulling ${IMAGE}`
    await docker(['pull', '--quiet', IMAGE], PULL_TIMEOUT_MS)
  },

  async start(request) {
    const state = stateOf(request, request.port)
    request.record(state)
    const environment = { BROKER_PORT: String(request.port) }
    await compose(request, state.project as string, UP, environment)
    await untilItAnswers(state.bootstrap)
    return { ...state, ready: true }
  },

  describe({ bootstrap }) {
    return `Kafka ${KAFKA_VERSION} on ${bootstrap} (Docker, data in a volume)`
  },

  async exists(state, place) {
    const { stdout } = await compose(place, state.project as string, ['ps', '--quiet', 'kafka']).catch(() => ({
      stdout: ''
    }))
    return stdout.trim() !== ''
  },

  async stop(state, place) {
    // Without --volumes: the data stays.
    await compose(place, state.project as string, ['down'])
  }
}

/** A Kafka for tests: a compose project of its own, whose data goes with it. Pulls the image if it is not there. */
export async function startDockerKafka(place: BrokerPlace, project: string, port: number) {
  if (!(await succeeds(['image', 'inspect', IMAGE]))) await docker(['pull', '--quiet', IMAGE], PULL_TIMEOUT_MS)
  await compose(place, project, UP, { BROKER_PORT: String(port) })
  const bootstrap = `127.0.0.1:${port}`
  await untilItAnswers(bootstrap)
  return { bootstrap, stop: () => compose(place, project, ['down', '--volumes']) }
}

/** Two checkouts may lie in folders of the same name, which is what compose would name the project after. */
export function projectOf(root: string): string {
  return `millrace-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`
}

async function docker(args: string[], timeout: number, environment: Record<string, string> = {}) {
  try {
    return await run('docker', args, { timeout, env: { ...process.env, ...environment } })
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    throw new Error(stderr.trim().split('\n').slice(-6).join('\n') || message, { cause: error })
  }
}

function succeeds(args: string[]): Promise<boolean> {
  return docker(args, ASK_TIMEOUT_MS).then(
    () => true,
    () => false
  )
}

function compose({ root }: BrokerPlace, project: string, args: string[], environment?: Record<string, string>) {
  return docker(['compose', '--project-directory', root, '-p', project, ...args], START_TIMEOUT_MS, environment)
}

async function untilItAnswers(bootstrap: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await answersKafka(bootstrap, 1000))) {
    if (Date.now() > deadline) throw new Error(`Kafka in Docker did not answer on ${bootstrap} within 120 s`)
    await sleep(200)
  }
}

function stateOf({ root }: BrokerPlace, port: number): BrokerState {
  const project = projectOf(root)
  const startedAt = new Date().toISOString()
  const bootstrap = `127.0.0.1:${port}`
  return { kind: 'docker', bootstrap, project, version: KAFKA_VERSION, simulated: false, ready: false, startedAt }
}
