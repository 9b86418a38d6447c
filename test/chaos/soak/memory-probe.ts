/**
 * Loaded into the processor by `node --import`, as only the process itself can say what V8 holds: writes it to the file
 * that SOAK_PROBE_FILE names, a JSON object a line.
 */
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** What one line says, in bytes. */
export interface MemoryLine {
  readonly heapUsed: number
  /** Memory outside of V8's heap that its objects hold, array buffers among it. */
  readonly external: number
  readonly arrayBuffers: number
}

const { SOAK_PROBE_FILE: file, SOAK_PROBE_MS: everyMs } = process.env

// Worker threads load it, too.
if (isMainThread && file !== undefined) {
  setInterval(() => {
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    appendFileSync(file, `${JSON.stringify({ heapUsed, external, arrayBuffers } satisfies MemoryLine)}\n`)
  }, Number(everyMs)).unref()
}
