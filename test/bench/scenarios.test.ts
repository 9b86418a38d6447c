import { describe, expect, test } from 'vitest'
import { fitting, type Scenario, scenarios } from '../../bench/scenarios.ts'
import { badShares, ShapedLogins } from '../../bench/shaped-logins.ts'
import { createSampleGenerator } from '../../pipelines/user-login/samples.ts'

const programs = ['millrace-native', 'other'].map(name => ({ name, command: `run ${name}`, environment: {} }))
const entries = Object.entries(scenarios) as [string, Scenario][]

describe('scenarios', () => {
  test.each(entries)('%s compares rows that can be told apart', (_, { cases }) => {
    const rows = cases(programs, 1000)
    expect(rows.length).toBeGreaterThan(1)
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    for (const { records } of rows) expect(records).toBeGreaterThan(0)
  })

  test.each(entries.filter(([, { withPeers }]) => !withPeers))(
    '%s compares Millrace with itself',
    (name, { cases }) => {
      const commands = new Set(cases(programs, 1000).map(({ command }) => command))
      expect(commands.size).toBe(name === 'transports' ? 2 : 1)
    }
  )

  test('of large records there are fewer', () => {
    expect(fitting(500_000)).toBe(500_000)
    expect(fitting(500_000, 100_000)).toBe(4000)
    expect(fitting(100, 100_000)).toBe(100)
  })
})

describe('the logins of a scenario', () => {
  const samples = createSampleGenerator({ seed: 7, numbered: false })
  const shape = { partitions: 6, headers: 0 }

  test('are as large as they are to be, and say the same', () => {
    const [plain, large] = [shape, { ...shape, valueBytes: 10_000 }].map(of => new ShapedLogins(samples, of).at(0))
    expect(large.value?.length).toBe(10_000)
    const { filler, ...rest } = JSON.parse(String(large.value)) as { filler: string }
    expect(filler.length).toBeGreaterThan(9000)
    expect(rest).toEqual(JSON.parse(String(plain.value)))
  })

  test('carry as many headers as they are to', () => {
    const { headers } = new ShapedLogins(samples, { ...shape, headers: 5 }).at(3)
    expect(headers.map(({ name }) => name)).toEqual([
      'traceparent',
      ...[1, 2, 3, 4].map(number => `x-header-${number}`)
    ])
    expect(headers.every(({ value }) => value.length === 55)).toBe(true)
  })

  test('are bad in the share that they are to be', () => {
    const half = createSampleGenerator({ seed: 7, numbered: false, shares: badShares(0.5) })
    const kinds = Array.from({ length: 2000 }, (_, number) => half.at(number).kind)
    const bad = kinds.filter(kind => ['malformed', 'missing-field', 'empty-field'].includes(kind))
    expect(bad.length / kinds.length).toBeCloseTo(0.5, 1)
  })
})
