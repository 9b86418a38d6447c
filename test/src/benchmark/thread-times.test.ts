import { describe, expect, test } from 'vitest'
import { groupOf, parsePeakBytes, parseThreadStat, sumByGroup } from '../../../src/benchmark/thread-times.ts'

const statLine = (name: string) => `4711 (${name}) S 1 2 3 0 -1 4194304 9 0 0 0 25 7 0 0 20 0 17 0 99 1 2`

describe('what Linux tells of a thread', () => {
  test('its CPU time is user and system time, in milliseconds', () => {
    expect(parseThreadStat(statLine('WorkerThread'))).toEqual({ name: 'WorkerThread', cpuMs: 320 })
  })

  test('a name with blanks and parentheses does not shift the fields', () => {
    expect(parseThreadStat(statLine('a (b) c'))).toEqual({ name: 'a (b) c', cpuMs: 320 })
  })

  test('the peak of memory is in bytes', () => {
    expect(parsePeakBytes('Name:\tnode\nVmPeak:\t 99 kB\nVmHWM:\t  2048 kB\nVmRSS:\t 5 kB\n')).toBe(2_097_152)
  })

  test('a process that has ended has no peak', () => {
    expect(parsePeakBytes('Name:\tnode\nState:\tZ (zombie)\n')).toBe(0)
  })
})

describe('groups of threads', () => {
  test.each([
    ['node-MainThread', 'main'],
    ['WorkerThread', 'workers'],
    ['node-V8Worker', 'V8 helpers'],
    ['libuv-worker', 'libuv'],
    ['rdk:broker1', 'librdkafka'],
    ['SignalInspector', 'other']
  ])('%s belongs to %s', (name, group) => {
    expect(groupOf(name)).toBe(group)
  })

  test('the times of a group are added up, and a group without threads has none', () => {
    const sums = sumByGroup([
      { name: 'rdk:main', cpuMs: 1 },
      { name: 'rdk:broker1', cpuMs: 2 }
    ])
    expect(sums.librdkafka).toBe(3)
    expect(sums.workers).toBe(0)
  })
})
