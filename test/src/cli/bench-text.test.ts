import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { findingText, tunedLines } from '../../../src/cli/bench-text.ts'

const how = { trials: 40, cores: 4, records: 200_000 }
const workers = { name: 'WORKERS', chosen: { WORKERS: '2' }, gain: 0.12, rounds: 5 }
const linger = { name: 'LINGER_MS', chosen: undefined, gain: 0, rounds: 5 }
const slabs = { name: 'SLAB_RECORDS', chosen: { SLAB_RECORDS: '256', SLAB_BYTES: '262144' }, gain: 0.04, rounds: 4 }

describe('what tuning prints', () => {
  test('is an env file: what is better, with what it gains', () => {
    const settings = { ...workers.chosen, ...slabs.chosen }
    const lines = tunedLines({ settings, findings: [workers, slabs, linger], gain: 0.15 }, how)
    expect(parseEnv(lines.join('\n'))).toEqual(settings)
    expect(lines).toContain('# 12 % less time and CPU')
    expect(lines.at(-1)).toBe('# all together, tried again: 15 % less time and CPU')
  })

  test('is no setting where nothing is better, and says so', () => {
    const lines = tunedLines({ settings: {}, findings: [linger], gain: 0 }, how)
    expect(parseEnv(lines.join('\n'))).toEqual({})
    expect(lines[1]).toContain('keep the settings that you have')
  })

  test('nor where what was found did not hold', () => {
    const lines = tunedLines({ settings: {}, findings: [workers], gain: 0 }, how)
    expect(parseEnv(lines.join('\n'))).toEqual({})
    expect(lines[1]).toContain('was not when it was tried again')
  })

  test('says what there was no time for', () => {
    const lines = tunedLines({ settings: {}, findings: [{ ...linger, rounds: 1 }], gain: 0 }, how)
    expect(lines.at(-1)).toContain('no time was left for LINGER_MS')
    expect(findingText({ ...linger, rounds: 2 })[0]).toContain('no time was left')
  })
})
