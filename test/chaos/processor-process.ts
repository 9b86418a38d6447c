import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import type { LedgerTotals } from '../../src/offsets/assignment.ts'
import type { ProcessorRun } from './evidence.ts'

export interface ProcessorStart {
  /** Which of the processors, from 0 on. */
  readonly processor: number
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
  /** All that it prints. */
  readonly logFile: string
}

/** A line of its log, as JSON. */
interface LogLine {
  readonly level?: string
  readonly msg?: string
  readonly time?: string
  readonly reason?: string
  /** Of the last line, with the rest of what its ledgers add up to. */
  readonly consumed?: number
}

const complaining: ReadonlySet<string | undefined> = new Set(['warn', 'error', 'fatal'])
/** Of a worker thread that died or was ended. */
const DEATH = 'its records run again on another'
const LOSS = 'partitions lost'
const SETPRIV = '/usr/bin/setpriv'

/** Those that must not outlive this process. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** One `millrace run`, to which anything may happen. */
export class ProcessorProcess {
  readonly ended: Promise<ProcessorRun>
  readonly connected: Promise<void>
  /** Has been given partitions. */
  readonly assigned: Promise<void>
  workerDeaths = 0
  /** When it learned that its partitions are another's, milliseconds since 1970. */
  readonly lossesMs: number[] = []
  readonly #child: ChildProcess
  readonly #log: number
  readonly #complaints = new Map<string, number>()
  #asked: ProcessorRun['asked']
  #totals: LedgerTotals | undefined
  #tellConnected!: () => void
  #tellAssigned!: () => void

  constructor({ processor, program, environment, logFile }: ProcessorStart) {
    const startedMs = Date.now()
    this.connected = new Promise(resolve => (this.#tellConnected = resolve))
    this.assigned = new Promise(resolve => (this.#tellAssigned = resolve))
    this.#log = openSync(logFile, 'w')
    this.#child = start(program, environment)
    this.#readLines()
    running.add(this.#child)
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      // 'close' and not 'exit': everything that it has printed is here then.
      this.#child.once('close', (code, signal) => {
        running.delete(this.#child)
        closeSync(this.#log)
        const [asked, totals, complaints] = [this.#asked, this.#totals, this.#complaints]
        resolve({ processor, pid: this.pid, startedMs, endedMs: Date.now(), asked, code, signal, totals, complaints })
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (signal === 'SIGTERM' || signal === 'SIGKILL') this.#asked = signal
    this.#child.kill(signal)
  }

  /** SIGKILL to one that does not heed what it was asked: that is how it will have ended. */
  abandon(): void {
    this.#child.kill('SIGKILL')
  }

  #readLines(): void {
    eachLine(this.#child.stdout!, line => {
      writeSync(this.#log, `${line}\n`)
      this.#read(line)
    })
    eachLine(this.#child.stderr!, line => {
      writeSync(this.#log, `${line}\n`)
      this.#complain(line)
    })
  }

  #read(line: string): void {
    const entry = parse(line)
    const { level, msg = '', reason } = entry
    if (msg === 'connected') this.#tellConnected()
    if (msg === 'partitions assigned') this.#tellAssigned()
    if (msg.endsWith(DEATH)) this.workerDeaths++
    if (msg.startsWith(LOSS)) this.lossesMs.push(Date.parse(entry.time ?? ''))
    if (entry.consumed !== undefined) this.#totals = totalsOf(entry as Readonly<Record<string, number>>)
    if (complaining.has(level)) this.#complain(reason === undefined ? msg : `${msg}: ${reason}`)
  }

  /** Addresses, thread numbers and times make no other complaint of it. */
  #complain(text: string): void {
    const what = text.replaceAll(/\d+/g, '#').slice(0, 200)
    this.#complaints.set(what, (this.#complaints.get(what) ?? 0) + 1)
  }
}

function start(program: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const { PATH, HOME } = process.env
  const command = [program, 'run']
  // Linux itself ends it when we die, SIGKILL included; an exit handler alone would not run then.
  if (existsSync(SETPRIV)) command.unshift(SETPRIV, '--pdeathsig', 'KILL')
  return spawn(command[0], command.slice(1), {
    env: { PATH, HOME, LOG_LEVEL: 'info', LOG_FORMAT: 'json', ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  })
  stream.on('end', () => {
    if (rest !== '') take(rest)
  })
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return { level: 'error', msg: line }
  }
}

function totalsOf(entry: Readonly<Record<string, number>>): LedgerTotals {
  const { consumed, processed, filtered, expired, deadLetter, abandoned, inFlight } = entry
  return { consumed, tally: { processed, filtered, expired, deadLetter }, abandoned, inFlight }
}
