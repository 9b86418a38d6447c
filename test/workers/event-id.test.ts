import { describe, expect, test } from 'vitest'
import { readDeadLetter } from '../../src/dead-letters/dead-letter.ts'
import { redriven } from '../../src/dead-letters/redriven.ts'
import type { Header } from '../../src/pipeline.ts'
import { Header as SlabHeader } from '../../src/slabs/layout.ts'
import { readRow } from '../../src/slabs/reader.ts'
import { act, NOW_MS, rowsOf, runnerWith, runOne, slabWith, usualShape, type Given } from '../fixtures/run-probe.ts'

const EVENT_ID = 'millrace.event.id'
const on = { eventIdHeaders: 'on', groupId: 'ours' }

/** The id of each row; the last header of that name counts. */
const idsOf = (given: Given, raw: Record<string, string> = {}) =>
  runOne({ offset: 42, ...given }, { ...on, ...raw }).rows.map(
    ({ headers }) => headers.findLast(([name]) => name === EVENT_ID)?.[1]
  )

const mark = (group: string, origin: string): Header[] =>
  Object.entries({ attempt: '2', origin, group }).map(([name, value]) => ({
    name: `millrace.redrive.${name}`,
    value: Buffer.from(value)
  }))

describe('EVENT_ID_HEADERS=on', () => {
  test('names the record and numbers its rows, over all outputs, null values that are passed on too', () => {
    expect(idsOf(act('three'))).toEqual(['probes/1/42/1', 'probes/1/42/2', 'probes/1/42/3'])
    expect(idsOf({ value: null }, { tombstones: 'pass' })).toEqual(['probes/1/42/1'])
  })

  test('is on output records only', () => {
    expect(idsOf({ value: 'x' })).toEqual([undefined])
    expect(idsOf(act('filter'))).toEqual([undefined])
  })

  test('is the same wherever the record comes to lie, and with other records before it', () => {
    const slab = slabWith([act('three'), act('three')], { ...usualShape, outputBytes: 250 })
    const runner = runnerWith(on)
    runner.run(slab, 0, false, NOW_MS)
    expect(slab.header[SlabHeader.STOPPED_AT]).toBe(1)
    slab.clearOutput()
    runner.run(slab, 1, false, NOW_MS)
    expect(rowsOf(slab).map(({ headers }) => headers.at(-1)?.[1])).toEqual(idsOf({ ...act('three'), offset: 1 }))
  })

  test('stands behind the transform’s headers and before those of the engine', () => {
    const { row } = runOne(act('change', {}, { offset: 42 }), { ...on, provenanceHeaders: 'on' })
    expect(row.headers.map(([name]) => name)).toEqual(['added', EVENT_ID, 'millrace.source'])
  })

  test('an id that the record brought along is passed on before it', () => {
    const headers = [{ name: EVENT_ID, value: Buffer.from('earlier/0/1/1') }]
    expect(runOne(act('emit', {}, { headers, offset: 42 }), on).row.headers).toEqual([
      [EVENT_ID, 'earlier/0/1/1'],
      [EVENT_ID, 'probes/1/42/1']
    ])
  })
})

describe('the event id of a redriven record', () => {
  test('is that of the place where it first came in', () => {
    expect(idsOf(act('three', {}, { headers: mark('ours', 'probes/0/7') }))).toEqual([
      'probes/0/7/1',
      'probes/0/7/2',
      'probes/0/7/3'
    ])
  })

  test('is what it was before: a dead letter of ours, as `millrace dlq redrive` writes it back, time after time', () => {
    let headers: readonly Header[] = []
    let offset = 42
    for (let attempt = 0; attempt < 3; attempt++) {
      const letter = deadLetterOf({ value: 'x', offset, headers })
      if (letter === undefined) throw new Error('it is no dead letter of ours')
      headers = redriven(letter, 'ours', NOW_MS).headers
      offset = 100 + attempt
    }
    expect(idsOf({ ...act('emit'), headers, offset })).toEqual(['probes/1/42/1'])
  })

  test('does not follow the marks of other groups: their output records are several with one mark', () => {
    expect(idsOf(act('emit', {}, { headers: mark('theirs', 'other/0/7') }))).toEqual(['probes/1/42/1'])
    const both = [...mark('ours', 'probes/0/7'), ...mark('theirs', 'other/0/9')]
    expect(idsOf(act('emit', {}, { headers: both }))).toEqual(['probes/0/7/1'])
  })

  test.each(['', 'probes', 'probes/0', 'probes/0/7/8', 'a b/0/7', `probes/0/${'9'.repeat(20)}`])(
    'does not follow what is no place: %o',
    origin => {
      expect(idsOf(act('emit', {}, { headers: mark('ours', origin) }))).toEqual(['probes/1/42/1'])
    }
  )

  test('is not looked for in headers that end too early', () => {
    expect(idsOf(act('emit', {}, { headers: mark('ours', 'probes/0/7').slice(0, 2) }))).toEqual(['probes/1/42/1'])
  })
})

test('without it rows carry no id', () => {
  expect(runOne(act('emit')).row.headers).toEqual([])
})

function deadLetterOf(given: Given) {
  const slab = slabWith([given])
  runnerWith(on).run(slab, 0, false, NOW_MS)
  const { key, value, headers, timestampMs } = readRow(slab, 0)
  const own = headers.map(({ name, value: content }) => ({ name, value: Buffer.from(content) }))
  const place = { topic: 'dlq', partition: 0, offset: 0 }
  return readDeadLetter({ ...place, timestampMs, key, value: Buffer.from(value ?? ''), headers: own })
}
