import { describe, expect, test } from 'vitest'
import { optionsFor } from '../../../src/config/options.ts'
import { settingsFromRaw } from '../../../src/config/raw-settings.ts'
import { outcomes } from '../../../src/slabs/outcomes.ts'
import { Trial } from '../../../src/verify/trial.ts'
import probe from '../../fixtures/probe-pipeline.ts'
import { record } from '../../fixtures/records.ts'
import { act, NOW_MS, type Given } from '../../fixtures/run-probe.ts'

/** What is decided of each record, as `outcome > outputs`. */
function decided(given: readonly Given[], raw: Record<string, string> = {}): string[] {
  const settings = settingsFromRaw({ slabRecords: '8', slabBytes: '65536', ...raw }, optionsFor(probe))
  const trial = new Trial(probe, settings, NOW_MS)
  const told: string[] = []
  given.forEach((each, offset) => {
    const partition = Math.floor(offset / 3)
    const place = { topic: 'probes', partition, offset, timestampMs: NOW_MS, ...each }
    trial.add(partition + 1, record(place), ({ outcome, outputs }) => {
      told[offset] = `${outcomes[outcome]} > ${outputs.join(' ')}`
    })
  })
  trial.flush()
  return told
}

test('says what should have come of each record, and where it would be', () => {
  const given = [act('emit'), act('three'), act('filter'), { value: 'x' }, act('nothing'), { value: null }]
  expect(decided(given)).toEqual([
    'processed > 0',
    'processed > 0 1 0',
    'filtered > ',
    'dead-letter > 2',
    'filtered > ',
    'dead-letter > 2'
  ])
  expect(decided(given, { cleanedTopic: 'cleaned', tombstones: 'filter' }).slice(2)).toEqual([
    'filtered > 3',
    'dead-letter > 2',
    'filtered > 3',
    'filtered > 3'
  ])
})

test.each(['record', 'batch'])('takes no rows of metrics for rows of a record: METRICS_EVERY=%s', metricsEvery => {
  const given = [act('emit'), act('three'), act('nothing'), { value: 'x' }]
  expect(decided(given, { metricsTopic: 'metrics', metricsEvery })).toEqual(decided(given))
})

test('judges age by the instant that it was given', () => {
  const old = act('emit', {}, { timestampMs: NOW_MS - 1001 })
  const young = act('emit', {}, { timestampMs: NOW_MS - 1000 })
  expect(decided([old, young], { maxRecordAgeMs: '1000' })).toEqual(['expired > ', 'processed > 0'])
})

describe('whatever fits where', () => {
  const small = act('emit')

  test('more records than a slab holds', () => {
    const numbers = Array.from({ length: 30 }, (_, number) => number)
    const many = numbers.map(number => (number % 2 === 0 ? small : act('filter')))
    expect(decided(many)).toEqual(numbers.map(number => (number % 2 === 0 ? 'processed > 0' : 'filtered > ')))
  })

  test('rows that fill an arena, alone or together', () => {
    const half = act('long', { note: '20000' })
    expect(decided([small, half, half, half, small, act('long', { note: '100000' }), small])).toEqual(
      Array.from({ length: 7 }, () => 'processed > 0')
    )
  })

  test('a record larger than a slab, and one larger than records may be', () => {
    const large = act('filter', { note: 'x'.repeat(100_000) })
    expect(decided([small, large, small])).toEqual(['processed > 0', 'filtered > ', 'processed > 0'])
    expect(decided([small, large, small], { maxRecordBytes: '50000' })[1]).toBe('dead-letter > 2')
  })

  test('a record whose rows fit nowhere', () => {
    const given = [small, act('long', { note: '9000' }), small]
    expect(decided(given, { maxOutputBytes: '4096' })).toEqual(['processed > 0', 'dead-letter > 2', 'processed > 0'])
  })
})
