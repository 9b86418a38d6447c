import { expect, test } from 'vitest'
import type { ProcessSample } from './process-sample.ts'
import { isFlat, renderSoak, type SoakFacts } from './report.ts'
import { readSoakSettings } from './settings.ts'

const MB = 1_000_000
const level: ProcessSample = {
  rss: 300 * MB,
  heapUsed: 30 * MB,
  external: 8 * MB,
  arrayBuffers: 40 * MB,
  descriptors: 46,
  threads: 20
}

function factsOf(change: (index: number) => Partial<ProcessSample>): SoakFacts {
  const samples = Array.from({ length: 90 }, (_, index) => ({ ...level, ...change(index) }))
  const run = { sampleMs: 2000, delivery: 'at-least-once', records: 9_000_000, exitCode: 0 }
  return { ...run, samples, machine: { cores: 2 }, startedAt: '2026-01-01T00:00:00.000Z' }
}

test('a level run is flat, and its report says at which rate', () => {
  const facts = factsOf(() => ({}))
  expect(isFlat(facts)).toBe(true)
  expect(renderSoak(facts)).toContain('9,000,000 logins in 3.0 minutes at full load, 50,000 a second, at-least-once')
  expect(renderSoak(facts)).toContain('**Nothing grew**')
  expect(renderSoak(facts)).toMatch(/\| RSS +\| +300.0 MB \|/)
})

test.each([
  ['RSS', (index: number) => ({ rss: (300 + index) * MB })],
  ['heap used', (index: number) => ({ heapUsed: (30 + index) * MB })],
  ['external', (index: number) => ({ external: (8 + index) * MB })],
  ['array buffers', (index: number) => ({ arrayBuffers: (40 + index) * MB })],
  ['file descriptors', (index: number) => ({ descriptors: 46 + Math.floor(index / 5) })],
  ['threads', (index: number) => ({ threads: 20 + Math.floor(index / 5) })]
])('%s that grow are seen', (name, change) => {
  const facts = factsOf(change)
  expect(isFlat(facts)).toBe(false)
  expect(renderSoak(facts)).toContain('**SOMETHING GREW**')
  expect(renderSoak(facts)).toMatch(new RegExp(`\\| ${name} .*\\*\\*NO\\*\\*`))
})

test('a processor that did not end well has not passed, however level it was', () => {
  expect(isFlat({ ...factsOf(() => ({})), exitCode: 3 })).toBe(false)
})

test('how long it takes is a setting', () => {
  expect(readSoakSettings({}, []).minutes).toBe(10)
  expect(readSoakSettings({ SOAK_MINUTES: '2' }, []).minutes).toBe(2)
  expect(readSoakSettings({ SOAK_MINUTES: '2' }, ['SOAK_MINUTES=0.5', 'DELIVERY=exactly-once'])).toMatchObject({
    minutes: 0.5,
    delivery: 'exactly-once'
  })
  expect(() => readSoakSettings({ SOAK_MINUTES: 'x' }, [])).toThrow('SOAK_MINUTES is a number above 0')
})
