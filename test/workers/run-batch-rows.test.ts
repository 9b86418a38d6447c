import { describe, expect, test } from 'vitest'
import { Header } from '../../src/slabs/layout.ts'
import { countersOf } from '../../src/slabs/outcomes.ts'
import { Slab } from '../../src/slabs/slab.ts'
import { SlabWriter } from '../../src/slabs/writer.ts'
import probe from '../fixtures/probe-pipeline.ts'
import { record } from '../fixtures/records.ts'
import {
  DEAD_LETTER,
  NOW_MS,
  act,
  resultsOf,
  rowsOf,
  run,
  runOne,
  runnerWith,
  slabWith,
  usualShape
} from '../fixtures/run-probe.ts'

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
