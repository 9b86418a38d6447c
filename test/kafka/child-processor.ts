import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Environment } from './test-kafka.ts'
import { until } from './until.ts'

const PROGRAM = resolve(import.meta.dirname, '../../bin/millrace')

export interface ProgramEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** `millrace run` as a process of its own, where signals, exit codes and what is printed matter. */
export class ChildProcessor {
  readonly #child: ChildProcess
  readonly #ended: Promise<ProgramEnd>
  #end: ProgramEnd | undefined
  stdout = ''
  stderr = ''

  constructor(environment: Environment) {
    const { PATH, HOME } = process.env
    this.#child = spawn(PROGRAM, ['run'], {
      env: { PATH, HOME, WORKERS: '1', LOG_FORMAT: 'json', ...environment },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#child.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()))
    this.#child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()))
    // 'close' and not 'exit': everything that it has printed is here then.
    this.#ended = once(this.#child, 'close').then(([code, signal]) => (this.#end = { code, signal } as ProgramEnd))
  }

  /** Fails as soon as the process ends. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(what, () => {
      if (this.#end === undefined) return condition()
      throw new Error(`ended with ${this.#end.code ?? this.#end.signal}\n${this.stdout}${this.stderr}`)
    })
  }

  untilPrinted(text: string): Promise<void> {
    return this.until(`'${text}' is printed`, () => this.stdout.includes(text) || this.stderr.includes(text))
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  ended(): Promise<ProgramEnd> {
    return this.#ended
  }

  /** Asks it to end, and waits. */
  stop(): Promise<ProgramEnd> {
    this.signal('SIGTERM')
    return this.#ended
  }

  /** For the end of a test that has failed: nothing may be left running. */
  kill(): void {
    if (this.#end === undefined) this.signal('SIGKILL')
  }
}
