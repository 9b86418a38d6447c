import { lstatSync, rmSync } from 'node:fs'
import { SettingsError } from '../config/read-environment.ts'
import type { Processor } from '../running-processor.ts'
import { isListening } from './client.ts'
import { parsePartitions } from './partition-list.ts'
import type { Paused, ProcessStatus } from './protocol.ts'
import { ControlServer } from './server.ts'
import { automaticDir, automaticPath, ensureDirOf, ensurePrivateDir, expectShort, socketsIn } from './socket-path.ts'

/** What a control socket tells of and acts on. */
export interface Controlled {
  readonly processor: Pick<Processor, 'snapshot' | 'partitions' | 'pause' | 'resume'>
  readonly pipeline: string
  readonly group: string
}

/** An open control socket. */
export interface Control {
  readonly path: string
  close(): void
}

export interface ControlOptions {
  /** The setting `CONTROL_SOCKET`. */
  readonly socket: string
  /** Where automatic sockets are. */
  readonly dir?: string
  warned(text: string): void
}

/**
 * Opens the socket by which `millrace status`, `pause` and `resume` reach this process. Undefined if there is to be none,
 * or if one that was to be made by itself can't be: that is a warning, as the processor can do without.
 *
 * @throws SettingsError if a path that somebody has set can't be had.
 */
export async function openControl(controlled: Controlled, options: ControlOptions): Promise<Control | undefined> {
  const { socket, dir = automaticDir(), warned } = options
  const open = (path: string) => openAt(path, request => answerTo(controlled, request), warned)
  if (socket === 'off') return undefined
  if (socket !== 'auto') return openSet(socket, open)
  try {
    const path = automaticPath(dir)
    expectShort(path)
    ensurePrivateDir(dir)
    await removeLeftovers(dir)
    return await open(path)
  } catch (error) {
    warned(`no control socket: ${(error as Error).message}; CONTROL_SOCKET can name another path, or be off`)
    return undefined
  }
}

async function openSet(path: string, open: (path: string) => Promise<Control>): Promise<Control> {
  try {
    expectShort(path)
    ensureDirOf(path)
    return await open(path)
  } catch (error) {
    throw new SettingsError(`CONTROL_SOCKET: ${(error as Error).message}`, { cause: error })
  }
}

/** A process that was killed leaves its socket behind, and nobody listens there. */
async function openAt(
  path: string,
  answer: (request: unknown) => unknown,
  warned: ControlOptions['warned']
): Promise<Control> {
  for (let retried = false; ; retried = true) {
    const server = new ControlServer(path, answer, warned)
    try {
      await server.listen()
      return server
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      const free = !retried && (await removeStale(path))
      if (!free) throw new Error(`${path} is another process's, or no socket`, { cause: error })
    }
  }
}

/** Of processes that are gone. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const { pid, path } of socketsIn(dir)) if (!isAlive(pid)) await removeStale(path)
}

/** Answers whether it did: not where somebody listens, be it a process that can't be seen from here. */
async function removeStale(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket() || (await isListening(path))) return false
  rmSync(path, { force: true })
  return true
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** @throws with what to tell whoever asked. */
function answerTo(controlled: Controlled, request: unknown): unknown {
  const { request: name, partitions } = (request ?? {}) as { request?: unknown; partitions?: unknown }
  const { processor } = controlled
  switch (name) {
    case 'status':
      return statusOf(controlled)
    case 'pause':
      processor.pause(parsePartitions(namesIn(partitions)))
      return { partitions: processor.snapshot().paused } satisfies Paused
    case 'resume':
      return processor.resume(partitions === undefined ? undefined : parsePartitions(namesIn(partitions)))
    default:
      throw new Error('a request is one of status, pause, resume')
  }
}

function namesIn(partitions: unknown): string[] {
  if (!Array.isArray(partitions) || !partitions.every(each => typeof each === 'string')) {
    throw new Error('partitions is a list such as ["topic/0-3,5"]')
  }
  return partitions
}

function statusOf({ processor, pipeline, group }: Controlled): ProcessStatus {
  const [snapshot, partitions] = [processor.snapshot(), processor.partitions()]
  return { pid: process.pid, pipeline, group, upMs: Math.round(process.uptime() * 1000), snapshot, partitions }
}
