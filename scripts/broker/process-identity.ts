import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The command line of a process, each argument followed by NUL; empty if there is no such process. */
function commandLineOf(pid: number): string {
  try {
    // Empty for a process that has ended and only waits to be collected.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return process.platform === 'linux' ? '' : commandLineFromPs(pid)
  }
}

function commandLineFromPs(pid: number): string {
  try {
    return `${execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim()} `.replaceAll(
      ' ',
      '\0'
    )
  } catch {
    return ''
  }
}

/**
 * Whether `pid` is alive and has `mark` among its arguments, whole: /srv/a is also the end of /tmp/srv/a. A number alone proves nothing: after a crash or a reboot
 * the system gives it to somebody else, and stopping that process would be stopping a stranger.
 */
export function isProcess(pid: number, mark: string): boolean {
  return `\0${commandLineOf(pid)}`.includes(`\0${mark.replaceAll(' ', process.platform === 'linux' ? ' ' : '\0')}\0`)
}

/** Asks the process to end, and after `graceMs` makes it. Resolves when it is gone. */
export async function endProcess(pid: number, mark: string, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs
  let signal: NodeJS.Signals = 'SIGTERM'
  while (isProcess(pid, mark)) {
    if (signal === 'SIGTERM' || Date.now() > deadline) sendSignal(pid, signal)
    if (signal === 'SIGTERM') signal = 'SIGKILL'
    await sleep(50)
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
