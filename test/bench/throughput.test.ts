import { describe, expect, test } from 'vitest'
import { parseResult } from '../../bench/job-process.ts'
import { sumByGroup } from '../../src/benchmark/thread-times.ts'
import { assertComplete, assertSameCounts, runOf, summarize } from '../../bench/throughput.ts'

const result = (seconds: number) => ({
  out: 90,
  cleaned: 8,
  dlq: 2,
  seconds,
  usage: { cpuMs: 3, cpuMsByGroup: sumByGroup([{ name: 'WorkerThread', cpuMs: 1 }]), peakBytes: 4096 }
})

describe('a run is complete', () => {
  test('if all records came out and the topics hold what was said', () => {
    expect(() => assertComplete('p', result(1), [90, 8, 2], 100)).not.toThrow()
  })

  test('but not if a record is missing', () => {
    expect(() => assertComplete('p', result(1), [90, 8, 2], 101)).toThrow('of 101 records it says 90 + 8 + 2')
  })

  test('nor if the topics hold less, or more, than was said', () => {
    expect(() => assertComplete('p', result(1), [89, 8, 2], 100)).toThrow('the topics hold 89 + 8 + 2')
    expect(() => assertComplete('p', result(1), [91, 8, 2], 100)).toThrow('the topics hold 91 + 8 + 2')
  })
})

test('programs that make something else of the same records do not do the same job', () => {
  const run = (name: string, out: number) => ({ name, counts: { out, cleaned: 10 - out, dlq: 0 } })
  expect(() => assertSameCounts([run('one', 9), run('two', 9)])).not.toThrow()
  expect(() => assertSameCounts([run('one', 9), run('two', 8)])).toThrow('one makes 9 + 1 + 0')
})

test('CPU is told in microseconds a record, in all and by group', () => {
  const run = runOf('p', result(0.5), 100)
  expect(run).toMatchObject({ recordsPerSecond: 200, cpuUs: 30, peakBytes: 4096 })
  expect(run.cpuUsByGroup.workers).toBe(10)
})

test('several runs are told by their median and how far apart they lie', () => {
  const runs = [1, 2, 4].map(seconds => runOf('p', result(seconds), 100))
  expect(summarize('p', runs).recordsPerSecond).toEqual({ median: 50, lowest: 25, highest: 100 })
})

describe('what a program prints', () => {
  test('the last line with a JSON object counts', () => {
    const printed = 'starting\n{"out":0}\n{"peer":"p","n":3,"out":1,"cleaned":1,"dlq":1,"seconds":2.5}\n'
    expect(parseResult(printed)).toEqual({ out: 1, cleaned: 1, dlq: 1, seconds: 2.5 })
  })

  test('a program that says nothing has failed', () => {
    expect(() => parseResult('done\n')).toThrow('printed no result')
  })
})
