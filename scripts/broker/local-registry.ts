import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withPreset } from '../../src/config/presets.ts'
import type { BrokerPlace } from './broker-kind.ts'
import { nextFreePort } from './ports.ts'
import { endProcess, isProcess } from './process-identity.ts'
import { APICURIO_VERSION, ensureRegistry, registryDirOf } from './registry-archive.ts'
import { answers, registryCommandMark, registryUrl, startRegistry } from './registry-process.ts'
import { StepLine } from './step-line.ts'

/** Where everybody's schema registry listens. */
const DEFAULT_PORT = 8081
const STOP_GRACE_MS = 5000
const FILE = 'registry.json'

/** What .kafka/registry.json says; `src/cli/local-broker.ts` reads the address. */
interface RegistryState {
  readonly url: string
  readonly pid: number
}

const run = promisify(execFile)

/** Whether the settings ask for Avro, and name no registry. */
export function wantsRegistry(given: NodeJS.ProcessEnv): boolean {
  const { INPUT_CODEC, OUTPUT_CODEC, VALIDATE_WITH, SCHEMA_REGISTRY_URL } = withPreset(given).environment
  return !SCHEMA_REGISTRY_URL && [INPUT_CODEC, OUTPUT_CODEC, VALIDATE_WITH].includes('avro')
}

/** Starts a schema registry for this checkout, unless it runs, and registers the pipeline's schemas there. */
export async function registryUp(place: BrokerPlace): Promise<void> {
  const step = new StepLine('a schema registry')
  try {
    const running = readState(place)
    const isUp = running !== undefined && isOurs(place, running) && (await answers(running.url))
    const { url } = isUp ? running : await start(place, step)
    await registerSchemas(place, url)
    const what = `schema registry (Apicurio ${APICURIO_VERSION}) on ${new URL(url).host}`
    step.done(isUp ? `${what} is running already` : `${what}, in memory; schemas registered`)
  } finally {
    step.end()
  }
}

/** Ends it, if there is one. */
export async function registryDown(place: BrokerPlace): Promise<void> {
  const running = readState(place)
  if (running !== undefined && isOurs(place, running)) {
    await endProcess(running.pid, registryCommandMark(dirOf(place)), STOP_GRACE_MS)
    new StepLine('').done('schema registry is stopped; what was registered is gone')
  }
  rmSync(join(place.dir, FILE), { force: true })
}

async function start(place: BrokerPlace, step: StepLine): Promise<RegistryState> {
  const registryDir = registryDirOf(place.dir)
  step.detail = 'fetching it'
  await ensureRegistry(registryDir)
  step.detail = 'starting'
  const port = await nextFreePort(DEFAULT_PORT)
  // Recorded while it starts, so that an interrupted start leaves nothing that nobody can stop.
  const onSpawn = (pid: number) => writeState(place, { url: registryUrl(port), pid })
  return startRegistry({ dir: dirOf(place), registryDir, port, detached: true, onSpawn })
}

function writeState({ dir }: BrokerPlace, state: RegistryState): void {
  writeFileSync(join(dir, FILE), `${JSON.stringify(state, null, 2)}\n`)
}

async function registerSchemas({ root }: BrokerPlace, url: string): Promise<void> {
  const environment = { ...process.env, SCHEMA_REGISTRY_URL: url }
  await run(join(root, 'bin/millrace'), ['schema', 'register'], { env: environment })
}

function isOurs(place: BrokerPlace, { pid }: RegistryState): boolean {
  return isProcess(pid, registryCommandMark(dirOf(place)))
}

function dirOf({ dir }: BrokerPlace): string {
  return join(dir, 'registry')
}

function readState({ dir }: BrokerPlace): RegistryState | undefined {
  const file = join(dir, FILE)
  if (!existsSync(file)) return undefined
  try {
    const { url, pid } = JSON.parse(readFileSync(file, 'utf8')) as Partial<RegistryState>
    return typeof url === 'string' && Number.isSafeInteger(pid) && pid! > 1 ? { url, pid: pid! } : undefined
  } catch {
    // Cut off by a full disk: as good as absent.
    return undefined
  }
}
