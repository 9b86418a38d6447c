import { expect, test } from 'vitest'
import { readRow } from '../../../src/slabs/reader.ts'
import { RowWriter } from '../../../src/slabs/rows.ts'
import { slabWith, usualShape } from '../../fixtures/run-probe.ts'

/** A row of which a draft was set, if it could be; its strings stand between the angles. */
function draftedIn(outputBytes: number, marked: string) {
  const slab = slabWith([{ value: 'the input' }], { ...usualShape, outputBytes })
  const spans = Int32Array.from([...marked.matchAll(/[<>]/g)].map(({ index }, before) => index - before))
  const rows = new RowWriter(slab)
  rows.begin(0)
  rows.open(0, 0)
  const isSet = rows.setDraft(marked.replaceAll(/[<>]/g, ''), spans, spans.length)
  return { isSet, rows, value: () => (rows.keep(), String(readRow(slab, 0).value)) }
}

test('a draft whose strings are plain is the value', () => {
  const { isSet, value } = draftedIn(1000, '{"a":"<one>","b":2,"c":"<>"}')
  expect([isSet, value()]).toEqual([true, '{"a":"one","b":2,"c":""}'])
})

test.each([
  ['a quote', '{"a":"<plain>","b":"<a"b>"}'],
  ['a backslash', '{"a":"<\\>"}'],
  ['a control character', '{"a":"<four\n>"}'],
  ['what is no ASCII', '{"a":"<é>"}'],
  ['what is no Latin-1, though its low byte is plain', '{"a":"<Ł>"}'],
  ['half a character', '{"a":"<\ud800>"}']
])('one with %s in a string is not, and another value can be set', (_, marked) => {
  const { isSet, rows, value } = draftedIn(1000, marked)
  expect(isSet).toBe(false)
  rows.setValue('another')
  expect(value()).toBe('another')
})

test('where it might not fit it is not set, and nothing has overflowed', () => {
  // It fits if it is ASCII, and not if it were three bytes a character.
  const { isSet, rows, value } = draftedIn(20, '{"a":"<abcd>"}')
  expect([isSet, rows.overflowed]).toEqual([false, false])
  rows.setValue('{"a":"abcd"}')
  expect([rows.overflowed, value()]).toEqual([false, '{"a":"abcd"}'])
})

test('once something has overflowed nothing is set', () => {
  const { rows } = draftedIn(1000, '<"not plain">')
  rows.setValue('x'.repeat(2000))
  expect([rows.overflowed, rows.setDraft('{}', new Int32Array(0), 0)]).toEqual([true, false])
})
