import { describe, expect, test } from 'vitest'
import { settingsFromRaw } from '../../src/config/raw-settings.ts'
import { optionsFor } from '../../src/config/options.ts'
import { Header } from '../../src/slabs/layout.ts'
import { createPlan } from '../../workers/plan.ts'
import { BatchRunner } from '../../workers/run-batch.ts'
import probe from '../fixtures/probe-pipeline.ts'
import {
  DEAD_LETTER,
  NOW_MS,
  act,
  resultsOf,
  run,
  runOne,
  runnerWith,
  slabWith,
  usualShape
} from '../fixtures/run-probe.ts'

describe('an outcome for every record', () => {
  test('processed, if it emitted anything', () => {
    const { outcome, rows } = runOne(act('emit', { note: 'grüße' }))
    expect([outcome, rows.map(({ output, value }) => [output, value])]).toEqual([
      'processed',
      [['first', '{"seq":7,"note":"grüße"}']]
    ])
  })

  test('several rows, to several outputs, in the order they were emitted', () => {
    const { outcome, rows } = runOne(act('three'))
    expect([outcome, rows.map(({ output, value }) => [output, value])]).toEqual([
      'processed',
      [
        ['first', '{"seq":7}'],
        ['second', '{"seq":7}'],
        ['first', '{"seq":7,"note":"third"}']
      ]
    ])
  })

  test('filtered, if it emitted nothing', () => {
    expect(runOne(act('nothing'))).toMatchObject({ outcome: 'filtered', detail: 'nothing-emitted' })
  })

  test('filtered by a rule: what it emitted before is dropped, the record itself goes to the cleaned topic', () => {
    const { outcome, detail, rows } = runOne(act('emit, then filter', {}, { key: Buffer.from('k') }))
    expect([outcome, detail]).toEqual(['filtered', 'unwanted'])
    expect(rows).toEqual([
      {
        output: 'cleaned',
        record: 0,
        timestampMs: NOW_MS - 5,
        key: 'k',
        value: '{"seq":7,"act":"emit, then filter"}',
        headers: [['millrace.rule', 'unwanted']]
      }
    ])
  })

  test('filtered without a row where there is no cleaned topic', () => {
    const slab = slabWith([act('filter')])
    const settings = settingsFromRaw({}, optionsFor(probe))
    new BatchRunner(createPlan(probe, settings)).run(slab, 0, false, NOW_MS)
    expect([resultsOf(slab)[0].outcome, slab.rows]).toEqual(['filtered', 0])
  })

  test('rejected: what it emitted before is dropped, even if that did not fit anywhere', () => {
    expect(runOne(act('emit, then reject'))).toMatchObject({
      ...DEAD_LETTER,
      detail: 'rejected',
      message: 'seq:odd, note:dull'
    })
    const tight = slabWith([act('emit, then reject')], { ...usualShape, outputBytes: 1500 })
    runnerWith().run(tight, 0, false, NOW_MS)
    expect([tight.header[Header.STOPPED_AT], resultsOf(tight)[0].detail]).toEqual([1, 'rejected'])
  })

  test.each([
    ['throw', { note: 'secret' }],
    ['emit what no schema knows', {}],
    ['catch what emit throws', {}],
    ['undeclared output', {}],
    ['undeclared rule', {}],
    ['undeclared counter', {}],
    ['bad key', {}],
    ['promise', {}],
    ['emit', { note: 'breaks the check' }]
  ])('a transform that goes wrong (%s) makes a dead letter that says nothing of the record', (what, more) => {
    const result = runOne(act(what, more))
    expect(result).toMatchObject({ ...DEAD_LETTER, detail: 'transform-threw', message: 'transform-threw' })
    expect(JSON.stringify(result.row.headers)).not.toContain('secret')
  })

  test('an event time that throws is a dead letter, too', () => {
    const raw = { maxRecordAgeMs: '1000', ageClock: 'event' }
    expect(runOne(act('emit', { note: 'breaks the clock' }), raw)).toMatchObject({
      ...DEAD_LETTER,
      detail: 'transform-threw'
    })
  })

  test('what a transform emits after it has returned is written nowhere', async () => {
    const slab = slabWith([act('promise')])
    runnerWith().run(slab, 0, false, NOW_MS)
    const before = Buffer.from(slab.bytes)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(before.equals(slab.bytes)).toBe(true)
  })

  test.each([
    ['not-json', '{"seq":7', 'not-json@8'],
    ['not-json', '', 'not-json@0'],
    ['not-an-object', '[1]', 'not-an-object@0'],
    ['invalid', '{"seq":"x"}', 'seq:wrong-type'],
    ['invalid', '{"act":"emit"}', 'seq:missing'],
    ['invalid', '{"seq":1,"note":"bad"}', 'note:not-nice']
  ])('%s: %s', (detail, value, message) => {
    expect(runOne({ value })).toMatchObject({ ...DEAD_LETTER, detail, message })
  })

  test('each record of a slab has its own, in order, whatever the others had', () => {
    const { results, rows } = run([act('emit'), { value: 'x' }, act('filter'), act('throw'), act('three')])
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'processed',
      'dead-letter',
      'filtered',
      'dead-letter',
      'processed'
    ])
    expect(rows.map(({ record }) => record)).toEqual([0, 1, 2, 3, 4, 4, 4])
  })
})

describe('a dead letter', () => {
  test('is the record, byte for byte, with headers that say why and where', () => {
    const headers = [{ name: '__connect.errors.topic', value: Buffer.from('of its own') }]
    const { rows } = run([
      act('emit'),
      { key: Buffer.from([0, 255]), value: Buffer.from([255, 0]), headers, offset: 9 }
    ])
    const row = rows[1]
    expect(row.headers.slice(0, 4)).toEqual([
      ['__connect.errors.topic', 'of its own'],
      ['__connect.errors.topic', 'probes'],
      ['__connect.errors.partition', '1'],
      ['__connect.errors.offset', '9']
    ])
    expect(row.headers.at(-1)).toEqual(['__connect.errors.exception.message', 'not-utf8@0'])
    expect(row.timestampMs).toBe(NOW_MS - 5)
  })

  test('of a record that was too large to read goes by reference', () => {
    const { detail, row, message } = runOne({ key: Buffer.from('k'), value: 'v'.repeat(500) }, {}, 200)
    expect([detail, message, row.key, row.value]).toEqual(['record-too-large', 'record-too-large', 'k', null])
    expect(row.headers.at(-1)).toEqual(['millrace.omitted.bytes', '500'])
  })

  test('larger than an output may be goes by reference', () => {
    const { detail, row } = runOne({ value: 'v'.repeat(4000) }, { maxOutputBytes: '4096' })
    expect([detail, row.value, row.headers.at(-1)]).toEqual(['not-json', null, ['millrace.omitted.bytes', '4000']])
  })

  test.each([
    ['headers', { key: Buffer.from('k'), headers: [{ name: 'h', value: Buffer.alloc(5000) }] }, 'k'],
    ['key', { key: Buffer.alloc(5000), headers: [{ name: 'h', value: Buffer.alloc(10) }] }, null]
  ])('of which the %s alone are larger than an output may be leaves them out', (_, given, key) => {
    const { row } = runOne({ ...given, value: 'x' }, { maxOutputBytes: '4096' })
    expect([row.key, row.value]).toEqual([key, null])
    expect(row.headers.some(([name]) => name === 'h')).toBe(false)
    expect(row.headers.at(-1)?.[0]).toBe('millrace.omitted.bytes')
  })

  test('keeps the input’s timestamp, or takes now where brokers would refuse that', () => {
    expect(runOne({ value: 'x', timestampMs: 5 }).row.timestampMs).toBe(5)
    const { row } = runOne({ value: 'x', timestampMs: NOW_MS + 3_600_001 })
    expect([row.timestampMs, row.headers.at(-1)]).toEqual([
      NOW_MS,
      ['millrace.original.timestamp', String(NOW_MS + 3_600_001)]
    ])
  })
})

describe('a null value', () => {
  test('is a dead letter by default', () => {
    expect(runOne({ value: null })).toMatchObject({ ...DEAD_LETTER, detail: 'null-value', row: { value: null } })
  })

  test('is passed on to the first output with TOMBSTONES=pass', () => {
    const headers = [{ name: 'h', value: Buffer.from('v') }]
    const { outcome, rows } = runOne({ key: Buffer.from('k'), value: null, headers }, { tombstones: 'pass' })
    expect(outcome).toBe('processed')
    expect(rows).toEqual([
      { output: 'first', record: 0, timestampMs: NOW_MS - 5, key: 'k', value: null, headers: [['h', 'v']] }
    ])
  })

  test('is filtered with TOMBSTONES=filter', () => {
    expect(runOne({ value: null }, { tombstones: 'filter' })).toMatchObject({
      outcome: 'filtered',
      detail: 'tombstone',
      row: { output: 'cleaned', value: null, headers: [['millrace.rule', 'tombstone']] }
    })
  })

  test('with a key larger than an output may be is not passed on', () => {
    const given = { key: Buffer.alloc(5000), value: null }
    expect(runOne(given, { tombstones: 'pass', maxOutputBytes: '4096' })).toMatchObject({
      ...DEAD_LETTER,
      detail: 'output-too-large'
    })
  })
})

describe('age', () => {
  const limit = { maxRecordAgeMs: '1000' }

  test('by the record’s clock is judged before anything is parsed, and just at the limit it is not too old', () => {
    expect(runOne({ value: 'not parsed', timestampMs: NOW_MS - 1001 }, limit)).toMatchObject({
      outcome: 'expired',
      row: { output: 'cleaned', value: 'not parsed', headers: [['millrace.rule', 'age']] }
    })
    expect(runOne(act('emit', {}, { timestampMs: NOW_MS - 1000 }), limit).outcome).toBe('processed')
  })

  test('by the event’s clock is judged after validation', () => {
    const byEvent = { ...limit, ageClock: 'event' }
    const old = { timestampMs: 5 }
    expect(runOne(act('emit', { atMs: NOW_MS - 1001 }), byEvent).outcome).toBe('expired')
    expect(runOne(act('emit', { atMs: NOW_MS - 1000 }, old), byEvent).outcome).toBe('processed')
    expect(runOne({ ...old, value: 'x' }, byEvent).outcome).toBe('dead-letter')
  })

  test('that nobody knows is not too old', () => {
    expect(runOne(act('emit', {}, { timestampMs: -1 }), limit).outcome).toBe('processed')
    expect(runOne(act('emit'), { ...limit, ageClock: 'event' }).outcome).toBe('processed')
  })

  test('has no limit by default', () => {
    expect(runOne(act('emit', {}, { timestampMs: 0 })).outcome).toBe('processed')
  })
})
