import { expect, test } from 'vitest'
import { between, firstOf } from '../../../src/benchmark/trial-run.ts'

const thread = (name: string, cpuMs: number) => ({ name, cpuMs })

test('what is told is of the records between the two moments', () => {
  const first = { atMs: 1000, settled: 5000, cpuUs: 900_000, threads: [thread('MainThread', 800)] }
  const threads = [thread('MainThread', 900), thread('WorkerThread', 50)]
  const last = { atMs: 2000, settled: 15_000, cpuUs: 1_100_000, threads }
  const result = between(first, last)
  expect(result).toMatchObject({ recordsPerSecond: 10_000, cpuUs: 20 })
  expect(result.cpuUsByGroup).toMatchObject({ main: 10, workers: 5, librdkafka: 0 })
})

test('where threads are not told, that is left out', () => {
  const first = { atMs: 0, settled: 0, cpuUs: 0, threads: [] }
  expect(between(first, { atMs: 1000, settled: 10, cpuUs: 10, threads: [] }).cpuUsByGroup).toBeUndefined()
})

test('the warm-up is left out, unless nearly all records came with it', () => {
  const at = (settled: number) => ({ atMs: settled, settled, cpuUs: 0, threads: [] })
  const firstWith = (...settled: number[]) => firstOf(settled.map(at), at(100)).settled
  expect(firstWith(0, 0, 30, 100)).toBe(30)
  expect(firstWith(0, 10, 90, 100)).toBe(10)
  expect(firstWith(0, 100, 100, 100)).toBe(0)
})
