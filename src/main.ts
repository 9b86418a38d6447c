/**
 * The entry of the command line, and the only file that exits the process or installs signal handlers. They are
 * installed before anything else is loaded, so that a signal during start-up is not the one that nobody hears.
 *
 * Exit codes: 0 done, or drained in time after SIGTERM or SIGINT; 1 failed; 2 a mistake in the settings or the command
 * line; 3 stopped, but the drain ran out of time, so that some records will be processed again.
 */
let stop: (() => void) | undefined
let signals = 0

/** `process.exit` waits for worker threads, and one may be in an endless loop. */
const exitNow = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    signals++
    // The second one means now. What is in flight is read again by whoever comes next.
    if (signals > 1) exitNow(3)
    stop?.()
  })
}

const { execute } = await import('./cli/execute.ts')
process.exitCode = await execute(process.argv.slice(2), {
  environment: process.env,
  onStop: callback => {
    stop = callback
    if (signals > 0) callback()
  }
})
// Clients that are closed may leave threads and sockets behind for a while; nothing of ours is left to wait for.
process.exit()
