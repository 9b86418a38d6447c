import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type BrokerKindName = 'docker' | 'kafka' | 'embedded'

/** What .kafka/broker.json says: the broker that `make up` started for this checkout. */
export interface BrokerState {
  kind: BrokerKindName
  /** Host and port to connect to; empty until an embedded broker has told where it listens. */
  bootstrap: string
  /** The broker's process; for docker the name of the compose project. */
  pid?: number
  project?: string
  version: string
  /** true for the broker inside librdkafka: nothing is kept, and not everything works. */
  simulated: boolean
  /** false while it starts. It is recorded even then, so that an interrupted start leaves nothing that nobody can stop. */
  ready: boolean
  startedAt: string
}

const FILE = 'broker.json'

/** The recorded broker; undefined where there is none, or where the file is not a record of ours. */
export function readState(dir: string): BrokerState | undefined {
  let text: string
  try {
    text = readFileSync(join(dir, FILE), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const state: unknown = JSON.parse(text)
    return isState(state) ? state : undefined
  } catch {
    // Cut off by a full disk, or edited: as good as absent. It only ever points at a process, which is checked anyway.
    return undefined
  }
}

/** In one move: a reader sees the old record or the new one. */
export function writeState(dir: string, state: BrokerState): void {
  mkdirSync(dir, { recursive: true })
  const temporary = join(dir, `${FILE}.${process.pid}`)
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(temporary, join(dir, FILE))
}

export function removeState(dir: string): void {
  rmSync(join(dir, FILE), { force: true })
}

function isState(value: unknown): value is BrokerState {
  if (typeof value !== 'object' || value === null) return false
  const { kind, bootstrap, pid, project } = value as Partial<BrokerState>
  if (typeof bootstrap !== 'string') return false
  if (kind === 'docker') return typeof project === 'string'
  // 0 and negative numbers would mean whole process groups to kill().
  return (kind === 'kafka' || kind === 'embedded') && Number.isSafeInteger(pid) && (pid as number) > 1
}
