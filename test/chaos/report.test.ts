import { expect, test } from 'vitest'
import { makeHistory } from './history.ts'
import { renderReport, renderVerdicts } from './report.ts'

const { evidence } = makeHistory({ seed: 3, logins: 400, partitions: 2, kills: 2 })
const facts = { seconds: 90, machine: { cores: 2 }, startedAt: '2026-01-01T00:00:00.000Z' }

test('a run that kept everything says so, with its settings, its counts and what each kill made be repeated', () => {
  const report = renderReport({ ...facts, evidence })
  expect(report).toContain('**every promise was kept**. It took 1.5 minutes.')
  expect(report).toMatch(/\| RECORDS +\| +400 \|/)
  expect(report).toMatch(/\| rows beyond one a login +\| +\d+ \|/)
  expect(report.match(/\| SIGKILL \| processor 1 \| +\d+ \|/g)).toHaveLength(2)
  expect(renderVerdicts(evidence)).not.toContain('✘')
})

test('a broken promise stands out, with what broke it', () => {
  const lost = { ...evidence, lagZeroAfterMs: Infinity, acknowledged: 3 }
  expect(renderReport({ ...facts, evidence: lost })).toContain('**A PROMISE WAS BROKEN**')
  expect(renderVerdicts(lost)).toContain('until all is committed, at most: never (limit 60)')
})
