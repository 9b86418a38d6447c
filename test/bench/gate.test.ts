import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { measureRatios } from '../../bench/gate-ratios.ts'
import { gateSteps } from '../../bench/gate-steps.ts'
import { judge, TOLERANCE, TOLERANCE_PERCENT } from '../../bench/gate-verdict.ts'

const machine = 'x64 node 26'

describe('a step is dearer', () => {
  test('where its ratio is more than noise above the baseline, and the sentence says which and by how much', () => {
    const { lines, failed } = judge({ parse: 2.5, append: 1 }, { parse: 2, append: 1 }, machine)
    expect(failed).toBe(true)
    expect(lines[0]).toContain('parse: 2.50 times the reference, 25 % dearer than the 2.00 of the baseline')
    expect(lines[0]).toContain('npm run bench:gate -- --renew')
    expect(lines[1]).toBe('✔ append: 1.00 times the reference (baseline 1.00)')
  })

  test('but not within it', () => {
    expect(judge({ parse: 1 + TOLERANCE_PERCENT / 100 }, { parse: 1 }, machine).failed).toBe(false)
    expect(judge({ parse: 1.01 + TOLERANCE_PERCENT / 100 }, { parse: 1 }, machine).failed).toBe(true)
  })

  test('and not by what is next to nothing, however many percent of a small step that is', () => {
    expect(judge({ append: 0.05 + 0.9 * TOLERANCE }, { append: 0.05 }, machine).failed).toBe(false)
    expect(judge({ append: 0.05 + 1.1 * TOLERANCE }, { append: 0.05 }, machine).failed).toBe(true)
  })
})

test('what became cheaper is said, and that the baseline can be renewed', () => {
  const { lines, failed } = judge({ parse: 1 }, { parse: 2 }, machine)
  expect(failed).toBe(false)
  expect(lines[0]).toContain('50 % cheaper than the baseline: npm run bench:gate -- --renew')
})

test('a step that only one of them knows is no pass', () => {
  expect(judge({ parse: 1 }, {}, machine)).toMatchObject({
    failed: true,
    lines: [expect.stringContaining('not in the')]
  })
  expect(judge({}, { parse: 1 }, machine)).toMatchObject({
    failed: true,
    lines: [expect.stringContaining('not measured')]
  })
})

test('without a baseline of this machine nothing is judged, and that is said', () => {
  expect(judge({ parse: 1 }, undefined, 'arm64 node 26')).toEqual({
    failed: false,
    lines: [expect.stringContaining('no baseline of arm64 node 26')]
  })
})

test('a ratio is of the time a record, whatever a call handles, and a round that was disturbed makes no difference', () => {
  let nowUs = 0
  let calls = 0
  const step = (name: string, records: number, us: number) => ({ name, records, run: () => (nowUs += us) })
  const disturbed = { ...step('dear', 100, 300), run: () => (nowUs += calls++ % 500 === 0 ? 1e6 : 300) }
  const ratios = measureRatios(step('reference', 10, 10), [disturbed, step('cheap', 10, 5)], 15, () => nowUs)
  expect(ratios).toEqual({ dear: 3, cheap: 0.5 })
})

test('the baselines are of the steps that are measured', async () => {
  const file = new URL('../../bench/baselines.json', import.meta.url)
  const baselines = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, number>>
  const names = (await gateSteps()).map(({ name }) => name)
  for (const baseline of Object.values(baselines)) expect(Object.keys(baseline)).toEqual(names)
})
