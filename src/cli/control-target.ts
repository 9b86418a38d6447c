import type { Environment } from '../config/environment.ts'
import { SettingsError } from '../config/read-environment.ts'
import { ask, NobodyListens } from '../control/client.ts'
import type { ProcessStatus } from '../control/protocol.ts'
import { automaticDir, automaticPath, socketsIn } from '../control/socket-path.ts'

/** A process that has a control socket. One that does not answer has no status, but says why. */
interface Found {
  readonly path: string
  readonly status?: ProcessStatus
  readonly trouble?: string
}

/**
 * The socket of the process that is meant: the one of this id, the one that `CONTROL_SOCKET` names, or the only one that
 * this user runs here.
 *
 * @throws SettingsError if there are several, which it lists.
 */
export async function targetOf(environment: Environment, pid: string | undefined): Promise<string> {
  const { CONTROL_SOCKET: set } = environment
  if (pid !== undefined) return automaticPath(automaticDir(), pidOf(pid))
  if (set && set !== 'auto' && set !== 'off') return set
  const found = await findAll(automaticDir())
  if (found.length === 1) return found[0].path
  if (found.length === 0) {
    throw new Error('no processor of this user is running here, or its CONTROL_SOCKET is elsewhere: set that here, too')
  }
  throw new SettingsError(`there are several processors; add --pid\n${found.map(lineOf).join('\n')}`)
}

async function findAll(dir: string): Promise<Found[]> {
  const found = await Promise.all(socketsIn(dir).map(({ path }) => look(path)))
  return found.flatMap(each => each ?? [])
}

async function look(path: string): Promise<Found | undefined> {
  try {
    return { path, status: await ask<ProcessStatus>(path, { request: 'status' }) }
  } catch (error) {
    return error instanceof NobodyListens ? undefined : { path, trouble: (error as Error).message }
  }
}

function lineOf({ path, status, trouble }: Found): string {
  if (status === undefined) return `  ${path}: ${trouble}`
  return `  --pid ${status.pid}: ${status.pipeline}, group ${status.group}, ${status.snapshot.state}`
}

function pidOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new SettingsError(`--pid ${text} is no process id`)
  return Number(text)
}
