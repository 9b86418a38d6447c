import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Environment } from './test-kafka.ts'
import { until } from './until.ts'

const PROGRAM = resolve(import.meta.dirname, '../../bin/millrace')

export interface CommandEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command of the program, as a process of its own. */
export class MillraceCommand {
  readonly #child: ChildProcess
  readonly #ended: Promise<CommandEnd>
  stdout = ''
  stderr = ''

  constructor(args: readonly string[], environment: Environment, directory?: string) {
    const { PATH, HOME } = process.env
    const env = { PATH, HOME, ...environment }
    this.#child = spawn(PROGRAM, args, { env, stdio: ['ignore', 'pipe', 'pipe'], cwd: directory })
    this.#child.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()))
    this.#child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      return { code, signal, stdout: this.stdout, stderr: this.stderr }
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Fails as soon as it has ended. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(what, () => {
      if (this.#child.exitCode === null && this.#child.signalCode === null) return condition()
      throw new Error(`it ended before this: ${what}\n${this.stdout}${this.stderr}`)
    })
  }

  ended(): Promise<CommandEnd> {
    return this.#ended
  }
}

/** Runs a command to its end. */
export function millrace(args: readonly string[], environment: Environment, directory?: string): Promise<CommandEnd> {
  return new MillraceCommand(args, environment, directory).ended()
}
