import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Environment } from '../config/environment.ts'
import type { TrialResult } from './trial-run.ts'

const ENTRY = new URL(`../main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
/** As bin/millrace starts it. */
export const NODE_OPTIONS = ['--max-semi-space-size=4']
/** A client that can't reach its brokers would try for ever. */
const TIMEOUT_MS = 120_000

/**
 * Runs a processor with these settings until it has settled so many records, in a process of its own: memory and CPU are
 * then its own, and one trial leaves nothing to the next.
 *
 * @throws what the process said, if it failed.
 */
export async function startTrial(environment: Environment, records: number, stop: AbortSignal): Promise<TrialResult> {
  stop.throwIfAborted()
  const child = fork(ENTRY, ['bench-trial', String(records)], {
    env: environment,
    execArgv: NODE_OPTIONS,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Not in the terminal's process group: Ctrl-C is for the bench, which then stops the trial.
    detached: true
  })
  const kill = () => child.kill('SIGKILL')
  const timer = setTimeout(kill, TIMEOUT_MS)
  process.once('exit', kill)
  stop.addEventListener('abort', kill)
  let said = ''
  for (const out of [child.stdout, child.stderr])
    out?.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2000)))
  let result: TrialResult | undefined
  child.on('message', message => (result = message as TrialResult))
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    stop.throwIfAborted()
    if (code === 0 && result !== undefined) return result
    const why =
      signal === 'SIGKILL' ? `it did not end within ${TIMEOUT_MS / 1000} s` : `it ended with ${code ?? signal}`
    throw new Error(`a trial failed: ${why}${said === '' ? '' : `, and said:\n${said.trimEnd()}`}`)
  } finally {
    clearTimeout(timer)
    process.off('exit', kill)
    stop.removeEventListener('abort', kill)
  }
}
