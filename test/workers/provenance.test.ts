import { describe, expect, test } from 'vitest'
import { Header } from '../../src/slabs/layout.ts'
import {
  act,
  NOW_MS,
  rowsOf,
  run,
  runnerWith,
  runOne,
  slabWith,
  usualShape,
  type Given
} from '../fixtures/run-probe.ts'

const on = { provenanceHeaders: 'on' }
const SOURCE = 'millrace.source'

/** The last header of each row, and how many of that name there are. */
const sourcesOf = (given: Given, raw: Record<string, string> = {}) =>
  runOne({ offset: 42, ...given }, { ...on, ...raw }).rows.map(({ output, headers }) => [output, headers.at(-1)])

const named = (place: string) => [SOURCE, `probes/1/42/${place}`]

describe('PROVENANCE_HEADERS=on', () => {
  test('names the record and numbers its rows, over all outputs', () => {
    expect(sourcesOf(act('emit'))).toEqual([['first', named('1/1')]])
    expect(sourcesOf(act('three'))).toEqual([
      ['first', named('1/3')],
      ['second', named('2/3')],
      ['first', named('3/3')]
    ])
    expect(sourcesOf(act('times', { note: '12' })).map(([, header]) => header)).toEqual(
      Array.from({ length: 12 }, (_, row) => named(`${row + 1}/12`))
    )
  })

  test('on dead letters, also of records that had emitted rows, and of those without their value', () => {
    expect(sourcesOf({ value: 'no JSON' })).toEqual([['dead-letter', named('1/1')]])
    expect(sourcesOf(act('emit, then reject'))).toEqual([['dead-letter', named('1/1')]])
    expect(sourcesOf(act('throw'))).toEqual([['dead-letter', named('1/1')]])
    const { row } = runOne({ value: 'x'.repeat(60_000), offset: 42 }, on, 50_000)
    expect([row.value, row.headers.at(-1)]).toEqual([null, named('1/1')])
  })

  test('on cleaned records and on null values that are passed on', () => {
    expect(sourcesOf(act('emit, then filter'))).toEqual([['cleaned', named('1/1')]])
    expect(sourcesOf({ timestampMs: NOW_MS - 2000 }, { maxRecordAgeMs: '1000' })).toEqual([['cleaned', named('1/1')]])
    expect(sourcesOf({ value: null }, { tombstones: 'pass' })).toEqual([['first', named('1/1')]])
    expect(sourcesOf({ value: null }, { tombstones: 'filter' })).toEqual([['cleaned', named('1/1')]])
  })

  test('behind all other headers: what the record brought along, an older one of that name too, and what was added', () => {
    const headers = [
      { name: SOURCE, value: Buffer.from('earlier/0/7/1/1') },
      { name: 'h', value: Buffer.from('v') }
    ]
    expect(runOne(act('change', {}, { headers, offset: 42 }), on).row.headers).toEqual([
      [SOURCE, 'earlier/0/7/1/1'],
      ['h', 'v'],
      ['added', '1'],
      named('1/1')
    ])
    expect(runOne(act('change', {}, { headers, offset: 42 }), { ...on, passHeaders: 'off' }).row.headers).toEqual([
      ['added', '1'],
      named('1/1')
    ])
    const ahead = act('emit', {}, { timestampMs: NOW_MS + 7_200_000, offset: 42 })
    expect(runOne(ahead, on).row.headers.map(([name]) => name)).toEqual(['millrace.original.timestamp', SOURCE])
  })

  test('each record of a batch has its own, and all batches of a slab theirs', () => {
    const { rows } = run([act('three'), act('emit'), { value: 'x' }], on)
    expect(rows.map(({ headers }) => headers.at(-1)?.[1])).toEqual([
      'probes/1/0/1/3',
      'probes/1/0/2/3',
      'probes/1/0/3/3',
      'probes/1/1/1/1',
      'probes/1/2/1/1'
    ])
  })

  test('a record that has to run twice names its rows once', () => {
    const slab = slabWith([act('three'), act('three')], { ...usualShape, outputBytes: 250 })
    const runner = runnerWith(on)
    runner.run(slab, 0, false, NOW_MS)
    expect([slab.header[Header.STOPPED_AT], slab.rows]).toEqual([1, 3])
    slab.clearOutput()
    runner.run(slab, 1, false, NOW_MS)
    expect(rowsOf(slab).map(({ headers }) => headers)).toEqual([
      [[SOURCE, 'probes/1/1/1/3']],
      [[SOURCE, 'probes/1/1/2/3']],
      [[SOURCE, 'probes/1/1/3/3']]
    ])
  })

  test('counts in MAX_OUTPUT_BYTES, and a dead letter that would be too large for it goes by reference', () => {
    const outcomeOf = (length: number, raw: Record<string, string>) =>
      runOne(act('long', { note: String(length) }), { maxOutputBytes: '4096', ...raw }).outcome
    expect([outcomeOf(4050, {}), outcomeOf(4050, on), outcomeOf(3990, on)]).toEqual([
      'processed',
      'dead-letter',
      'processed'
    ])
    const runner = runnerWith({ maxOutputBytes: '4096', ...on })
    // The longest name of a topic makes the header longer than what is kept free anyway.
    const topic = 'p'.repeat(249)
    for (let length = 2600; length < 3200; length++) {
      const slab = slabWith([{ topic, value: 'x'.repeat(length) }])
      runner.run(slab, 0, false, NOW_MS)
      const [{ value, headers }] = rowsOf(slab)
      const headerBytes = headers.reduce((sum, [name, content]) => sum + 8 + name.length + content.length, 0)
      expect((value?.length ?? 0) + headerBytes).toBeLessThanOrEqual(4096)
    }
  })
})

test('without it rows carry nothing of it, and what a record brought along is passed on as it is', () => {
  const headers = [{ name: SOURCE, value: Buffer.from('earlier/0/7/1/1') }]
  expect(runOne(act('emit', {}, { headers })).row.headers).toEqual([[SOURCE, 'earlier/0/7/1/1']])
  expect(runOne(act('emit')).row.headers).toEqual([])
})
