import { writeFileSync } from 'node:fs'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDir } from '../../scripts/temporary-dir.ts'
import { parseStatus, sampleProcess } from './process-sample.ts'

test('resident memory and threads are read from what Linux says', () => {
  expect(parseStatus('Name:\tnode\nVmHWM:\t  900 kB\nVmRSS:\t  800 kB\nThreads:\t11\n')).toEqual({
    rss: 800 * 1024,
    threads: 11
  })
  expect(() => parseStatus('Name:\tnode\n')).toThrow('VmRSS')
})

test.runIf(existsSync('/proc/self/status'))('a sample is what Linux and the last line of the probe say', () => {
  const file = join(temporaryDir(), 'probe')
  writeFileSync(file, '')
  expect(sampleProcess(process.pid, file)).toBeUndefined()
  writeFileSync(file, '{"heapUsed":1,"external":2,"arrayBuffers":3}\n{"heapUsed":4,"external":5,"arrayBuffers":6}\n')
  const sample = sampleProcess(process.pid, file)
  expect(sample).toMatchObject({ heapUsed: 4, external: 5, arrayBuffers: 6 })
  expect(sample!.descriptors).toBeGreaterThan(0)
  expect(sample!.rss).toBeGreaterThan(1_000_000)
})
