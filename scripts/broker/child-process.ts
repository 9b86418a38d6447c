import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'

/** Starts a program whose output goes to a file. `detached`: it outlives this process, else it dies with it, however that ends. */
export function spawnLogged(command: readonly string[], logFile: string, detached: boolean | undefined): ChildProcess {
  const log = openSync(logFile, 'w')
  try {
    return detached ? detach(command, log) : attach(command, log)
  } finally {
    closeSync(log)
  }
}

function detach(command: readonly string[], log: number): ChildProcess {
  // From the root folder, so that no folder is kept in use by a process that nobody sees.
  const child = spawn(command[0], command.slice(1), { detached: true, cwd: '/', stdio: ['ignore', log, log] })
  child.unref()
  return child
}

function attach(command: readonly string[], log: number): ChildProcess {
  // Linux itself ends the child when we die, SIGKILL included; an exit handler alone would not run then.
  const bound = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', ...command] : command
  const child = spawn(bound[0], bound.slice(1), { stdio: ['ignore', log, log] })
  const killChild = () => child.kill('SIGKILL')
  process.once('exit', killChild)
  child.once('exit', () => process.off('exit', killChild))
  return child
}

export function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((fulfil, reject) => {
    child.once('error', reject)
    child.once('spawn', () => fulfil(child.pid as number))
  })
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

export function lastLines(path: string, count = 12): string {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count)
  return [`the last lines of ${path}:`, ...lines.map(line => `  | ${line}`)].join('\n')
}
