import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { BrokerKind, BrokerPlace } from './broker-kind.ts'
import { endProcess, isProcess } from './process-identity.ts'
import type { BrokerState } from './state.ts'

const PROGRAM = join(import.meta.dirname, 'embedded-broker.ts')
const STOP_GRACE_MS = 5000
const START_TIMEOUT_MS = 20_000

/** The broker inside librdkafka, for machines with neither a Docker engine nor Java. */
export const embeddedKind: BrokerKind = {
  name: 'embedded',
  title: 'simulated broker',

  obstacle: () => Promise.resolve(undefined),
  prepare: () => Promise.resolve(),

  async start(request) {
    const child = spawnBroker(request)
    const state = stateOf(child.pid as number, '', false)
    request.record(state)
    const bootstrap = await bootstrapFrom(child)
    child.unref()
    return { ...state, bootstrap, ready: true }
  },

  describe({ bootstrap }) {
    return `simulated broker inside librdkafka on ${bootstrap} (in memory, keeps little)`
  },

  async exists(state, { dir }) {
    return state.pid !== undefined && isProcess(state.pid, markOf(dir))
  },

  async stop(state, { dir }) {
    if (state.pid !== undefined) await endProcess(state.pid, markOf(dir), STOP_GRACE_MS)
  }
}

function markOf(dir: string): string {
  return `${PROGRAM}\0${dir}`
}

function spawnBroker({ dir }: BrokerPlace): ChildProcess {
  mkdirSync(dir, { recursive: true })
  const log = openSync(join(dir, 'embedded.log'), 'w')
  try {
    return fork(PROGRAM, [dir], { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  } finally {
    closeSync(log)
  }
}

function bootstrapFrom(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the simulated broker did not start within ${START_TIMEOUT_MS / 1000} s`))
    }, START_TIMEOUT_MS)
    child.once('message', (message: { bootstrap?: string; error?: string }) => {
      clearTimeout(timer)
      if (message.bootstrap === undefined) reject(new Error(message.error))
      else resolve(message.bootstrap)
    })
    child.once('error', reject)
    child.once('exit', code => {
      clearTimeout(timer)
      reject(new Error(`the simulated broker ended with ${code}: see .kafka/embedded.log`))
    })
  })
}

function stateOf(pid: number, bootstrap: string, ready: boolean): BrokerState {
  const startedAt = new Date().toISOString()
  return { kind: 'embedded', bootstrap, pid, version: 'librdkafka', simulated: true, ready, startedAt }
}
