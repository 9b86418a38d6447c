import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ProcessWatch } from '../../../src/benchmark/process-watch.ts'

const BUSY = 'const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end);'

test.runIf(existsSync('/proc/self/stat'))(
  'a process that has ended has used what it was last seen to use',
  async () => {
    const child = spawn(process.execPath, ['-e', BUSY])
    const watch = new ProcessWatch(child.pid as number)
    await once(child, 'exit')
    const { cpuMs, cpuMsByGroup, peakBytes } = watch.stop()
    expect(cpuMs).toBeGreaterThan(100)
    expect(cpuMsByGroup.main).toBeGreaterThan(100)
    expect(cpuMs).toBeGreaterThanOrEqual(cpuMsByGroup.main)
    expect(peakBytes).toBeGreaterThan(10_000_000)
  }
)
