import { fork } from 'node:child_process'
import type { Environment } from '../config/environment.ts'

/** How far the generator is. */
export interface SampleProgress {
  readonly sent: number
  readonly done: boolean
  readonly failure: Error | undefined
  stop(): void
}

const ENTRY = new URL(`../main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * Runs `millrace generate` beside the processor, in a process of its own: making samples is work too, and must not be
 * counted as the pipeline's.
 */
export function startGenerator(environment: Environment): SampleProgress {
  const child = fork(ENTRY, ['generate'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Not in the terminal's process group: Ctrl-C is for the processor, which then stops the generator.
    detached: true
  })
  const state = { sent: 0, done: false, failure: undefined as Error | undefined }
  let complaint = ''
  child.stderr?.on('data', (text: Buffer) => (complaint += text.toString()))
  child.on('message', message => (state.sent = (message as { sent: number }).sent))
  child.on('exit', code => {
    state.done = true
    if (code !== 0 && code !== null) state.failure = new Error(`the sample generator failed: ${complaint.trim()}`)
  })
  return Object.assign(state, { stop: () => void child.kill('SIGTERM') })
}
