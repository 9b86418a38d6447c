import { describe, expect, test } from 'vitest'
import { type CoreSettings, optionsFor } from '../../src/config/options.ts'
import { settingsFromRaw } from '../../src/config/settings.ts'
import { Header } from '../../src/slabs/layout.ts'
import { countersOf, outcomes, reasons, rulesOf } from '../../src/slabs/outcomes.ts'
import { readRow } from '../../src/slabs/reader.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SlabWriter } from '../../src/slabs/writer.ts'
import { createPlan } from '../../workers/plan.ts'
import { BatchRunner } from '../../workers/run-batch.ts'
import probe from '../fixtures/probe-pipeline.ts'
import { record } from '../fixtures/records.ts'

const NOW_MS = 1_700_000_000_000
const usualShape = { records: 20, rows: 40, inputBytes: 100_000, outputBytes: 100_000 }
const OUTPUTS = ['first', 'second', 'dead-letter', 'cleaned'] as const

type Given = Parameters<typeof record>[0]

function runnerWith(raw: Record<string, string> = {}): BatchRunner {
  const settings = settingsFromRaw({ cleanedTopic: 'cleaned', ...raw }, optionsFor(probe)) as CoreSettings
  return new BatchRunner(createPlan(probe, settings))
}

function slabWith(records: readonly Given[], shape = usualShape, maxRecordBytes = 50_000): Slab {
  const slab = Slab.allocate(shape)
  const writer = new SlabWriter(slab, maxRecordBytes)
  records.forEach((given, offset) => {
    if (writer.append(3, record({ topic: 'probes', partition: 1, offset, timestampMs: NOW_MS - 5, ...given })) > 0) {
      throw new Error('the slab of the test is too small')
    }
  })
  return slab
}

/** A record that asks for an act. */
const act = (act: string, more: object = {}, given: Given = {}): Given => ({
  ...given,
  value: JSON.stringify({ seq: 7, act, ...more })
})

interface Result {
  readonly outcome: string
  readonly detail: string
}

function resultsOf(slab: Slab): Result[] {
  return Array.from({ length: slab.header[Header.STOPPED_AT] }, (_, index) => {
    const outcome = outcomes[slab.outcome[index]]
    const detail = slab.detail[index]
    const named = outcome === 'dead-letter' ? reasons[detail] : outcome === 'filtered' ? rulesOf(probe)[detail] : ''
    return { outcome, detail: named }
  })
}

const rowsOf = (slab: Slab) =>
  Array.from({ length: slab.rows }, (_, index) => {
    const { output, key, value, headers, ...rest } = readRow(slab, index)
    const texts = headers.map(header => [header.name, String(header.value)] as const)
    return { ...rest, output: OUTPUTS[output], key: key && String(key), value: value && String(value), headers: texts }
  })

function run(records: readonly Given[], raw: Record<string, string> = {}, maxRecordBytes?: number) {
  const slab = slabWith(records, usualShape, maxRecordBytes)
  runnerWith(raw).run(slab, 0, false, NOW_MS)
  return { slab, results: resultsOf(slab), rows: rowsOf(slab) }
}

function runOne(given: Given, raw: Record<string, string> = {}, maxRecordBytes?: number) {
  const { slab, results, rows } = run([given], raw, maxRecordBytes)
  const why = new Map(rows[0]?.headers)
  return { slab, ...results[0], rows, row: rows[0], message: why.get('__connect.errors.exception.message') }
}

const DEAD_LETTER = { outcome: 'dead-letter', rows: [{ output: 'dead-letter' }] }

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
    const settings = settingsFromRaw({}, optionsFor(probe)) as CoreSettings
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

describe('what travels with a row', () => {
  const headers = [{ name: 'h', value: Buffer.from('v') }]

  test('key, headers and timestamp are the input’s, null and empty keys too', () => {
    const { rows } = run([
      act('emit', {}, { key: Buffer.from('k'), headers }),
      act('emit', {}, { key: null }),
      act('emit', {}, { key: Buffer.alloc(0) })
    ])
    expect(rows.map(row => [row.key, row.headers, row.timestampMs])).toEqual([
      ['k', [['h', 'v']], NOW_MS - 5],
      [null, [], NOW_MS - 5],
      ['', [], NOW_MS - 5]
    ])
  })

  test('unless the transform says otherwise', () => {
    const { row } = runOne(act('change', { atMs: 1234 }, { key: Buffer.from('k'), headers }))
    expect([row.key, row.headers, row.timestampMs]).toEqual([
      'new key',
      [
        ['h', 'v'],
        ['added', '1']
      ],
      1234
    ])
    expect(runOne(act('null key', {}, { key: Buffer.from('k') })).row.key).toBeNull()
  })

  test('headers of the input stay behind with PASS_HEADERS=off, but not those of dead letters and cleaned records', () => {
    const off = { passHeaders: 'off' }
    expect(runOne(act('change', {}, { headers }), off).row.headers).toEqual([['added', '1']])
    expect(runOne(act('emit', {}, { headers }), off).row.headers).toEqual([])
    expect(runOne({ value: 'x', headers }, off).row.headers[0]).toEqual(['h', 'v'])
    expect(runOne(act('filter', {}, { headers }), off).row.headers[0]).toEqual(['h', 'v'])
  })

  test('OUTPUT_TIMESTAMP chooses the clock', () => {
    const given = act('emit', { atMs: 1234 })
    const times = ['input', 'now', 'event'].map(outputTimestamp => runOne(given, { outputTimestamp }).row.timestampMs)
    expect(times).toEqual([NOW_MS - 5, NOW_MS, 1234])
  })

  test('a timestamp more than an hour ahead becomes now, and a header keeps it', () => {
    const hour = 3_600_000
    expect(runOne(act('emit', {}, { timestampMs: NOW_MS + hour })).row).toMatchObject({
      timestampMs: NOW_MS + hour,
      headers: []
    })
    expect(runOne(act('emit', {}, { timestampMs: NOW_MS + hour + 1 })).row).toMatchObject({
      timestampMs: NOW_MS,
      headers: [['millrace.original.timestamp', String(NOW_MS + hour + 1)]]
    })
    expect(runOne(act('emit', {}, { timestampMs: -1 })).row).toMatchObject({ timestampMs: NOW_MS, headers: [] })
  })

  test('a transform sees where its record stood, and one clock for the whole task', () => {
    const { row } = runOne(act('look', {}, { offset: 42 }))
    expect(row.value).toBe('{"seq":7,"note":"probes/1@42 2023-11-14T22:13:20.000Z"}')
  })
})

describe('EXTRA_FIELDS', () => {
  const value = '{"zed":[1],"seq":7,"__proto__":{"a":1},"constructor":"c"}'

  test('drop leaves out what the schema does not know', () => {
    expect(runOne({ value }).row.value).toBe('{"seq":7}')
  })

  test('keep appends it in input order, __proto__ and constructor included', () => {
    expect(runOne({ value }, { extraFields: 'keep' }).row.value).toBe(
      '{"seq":7,"zed":[1],"__proto__":{"a":1},"constructor":"c"}'
    )
  })

  test('reject makes a dead letter', () => {
    expect(runOne({ value }, { extraFields: 'reject' })).toMatchObject({ ...DEAD_LETTER, detail: 'invalid' })
  })
})

describe('counters', () => {
  const countersIn = (slab: Slab) =>
    Object.fromEntries(countersOf(probe).map((name, slot) => [name, slab.counters[slot]]))

  test('the pipeline’s own and the engine’s defaults are added up', () => {
    const { slab } = run([act('count'), act('count'), { value: '{"seq":1}' }])
    expect(countersIn(slab)).toEqual({ 'fields-defaulted': 1, curious: 2 })
  })

  test('a record that has to run twice counts once', () => {
    const runner = runnerWith()
    const slab = slabWith([act('count'), act('count')], { ...usualShape, outputBytes: 300 })
    const total = { 'fields-defaulted': 0, curious: 0 }
    for (let from = 0; from < 2; from = slab.header[Header.STOPPED_AT]) {
      slab.clearOutput()
      runner.run(slab, from, false, NOW_MS)
      total.curious += countersIn(slab).curious
    }
    expect(total.curious).toBe(2)
  })
})

describe('output that does not fit', () => {
  test('stops the run there: rows before it are kept, nothing of it and nothing behind it is', () => {
    const slab = slabWith([act('long', { note: '300' }), act('long', { note: '300' }), act('emit')], {
      ...usualShape,
      outputBytes: 500
    })
    const runner = runnerWith()
    runner.run(slab, 0, false, NOW_MS)
    expect([slab.header[Header.STOPPED_AT], rowsOf(slab).map(({ record }) => record)]).toEqual([1, [0]])
    slab.clearOutput()
    runner.run(slab, 1, false, NOW_MS)
    expect([slab.header[Header.STOPPED_AT], rowsOf(slab).map(({ record }) => record)]).toEqual([3, [1, 2]])
    expect(resultsOf(slab).map(({ outcome }) => outcome)).toEqual(['processed', 'processed', 'processed'])
  })

  test('with nowhere larger to go makes a dead letter', () => {
    const slab = slabWith([act('long', { note: '5000' })], { ...usualShape, outputBytes: 3000 })
    runnerWith().run(slab, 0, true, NOW_MS)
    expect([resultsOf(slab), rowsOf(slab).map(({ output }) => output)]).toEqual([
      [{ outcome: 'dead-letter', detail: 'output-too-large' }],
      ['dead-letter']
    ])
  })

  test('one row above MAX_OUTPUT_BYTES makes a dead letter, several below it do not', () => {
    const limit = { maxOutputBytes: '4096' }
    expect(runOne(act('long', { note: '4096' }), limit)).toMatchObject({ ...DEAD_LETTER, detail: 'output-too-large' })
    expect(runOne(act('long', { note: '4000' }), limit).outcome).toBe('processed')
    expect(runOne(act('times', { note: '30' }), limit).rows).toHaveLength(30)
  })

  test('a filtered record that is too large for the cleaned topic is a dead letter', () => {
    const { detail, outcome } = runOne(act('filter', { note: 'x'.repeat(4090) }), { maxOutputBytes: '4096' })
    expect([outcome, detail]).toEqual(['dead-letter', 'output-too-large'])
  })

  test('more rows than a slab has stop the run as well', () => {
    const slab = slabWith([act('times', { note: '41' })])
    runnerWith().run(slab, 0, false, NOW_MS)
    expect([slab.header[Header.STOPPED_AT], slab.rows]).toEqual([0, 0])
  })
})

test('the cursor names the record that was begun last', () => {
  const { slab } = run([act('emit'), act('emit')])
  expect(slab.header[Header.CURSOR]).toBe(2)
})

describe('a slab with several batches', () => {
  const slab = Slab.allocate(usualShape)
  const writer = new SlabWriter(slab, 50_000)
  for (const [topic, offset] of [
    ['a', 0],
    ['a', 1],
    ['b', 0],
    ['b', 1]
  ] as const) {
    writer.append(topic.charCodeAt(0), record({ ...act('look'), topic, offset }))
  }
  const places = () => rowsOf(slab).map(({ record, value }) => [record, value?.match(/\w\/0@\d/)?.[0]])

  test('is run from its first record to its last, each where it stood', () => {
    slab.clearOutput()
    runnerWith().run(slab, 0, false, NOW_MS)
    expect(places()).toEqual([
      [0, 'a/0@0'],
      [1, 'a/0@1'],
      [2, 'b/0@0'],
      [3, 'b/0@1']
    ])
  })

  test('may be run from the middle of any', () => {
    slab.clearOutput()
    runnerWith().run(slab, 3, false, NOW_MS)
    expect(places()).toEqual([[3, 'b/0@1']])
  })
})
