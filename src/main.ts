/**
 * The entry of the command line, and the only file that exits the process or installs signal handlers. They are
 * installed before anything else is loaded, so that a signal during start-up is not the one that nobody hears.
 *
 * Exit codes: 0 done, or drained in time after SIGTERM or SIGINT; 1 failed; 2 a mistake in the settings or the command
 * line; 3 stopped, but the drain ran out of time, so that some records will be processed again.
 */
let stop: (() => void) | undefined
let signals = 0
let unclosed = false

/**
 * Ends the process whatever its threads do. `process.exit` waits for them, `process.reallyExit` for those of the
 * client's calls, and one may be waiting for a broker that does not answer. Another program in its place ends them all.
 */
function exitNow(code: number): void {
  process.removeAllListeners('warning')
  process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {})
  process.exit(code)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    signals++
    // The second one means now. What is in flight is read again by whoever comes next.
    if (signals > 1) exitNow(3)
    stop?.()
  })
}

const { execute } = await import('./cli/execute.ts')
const code = await execute(process.argv.slice(2), {
  environment: process.env,
  onStop: callback => {
    stop = callback
    if (signals > 0) callback()
  },
  onUnclosed: () => {
    unclosed = true
  }
})
if (unclosed) exitNow(code)
// Clients that are closed may leave threads and sockets behind for a while; nothing of ours is left to wait for.
process.exit(code)
