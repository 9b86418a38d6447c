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
  const json = marked.replaceAll(/[<>]/g, '')
  const names = json.match(/"\w+":/g)?.length ?? 0
  const isSet = rows.setDraft(json, { spans, spansEnd: spans.length, quotes: 2 * names + spans.length })
  return { isSet, rows, value: () => (rows.keep(), String(readRow(slab, 0).value)) }
}

test('a draft whose strings are plain is the value', () => {
  const { isSet, value } = draftedIn(1000, '{"a":"<one>","b":2,"c":"<>"}')
  expect([isSet, value()]).toEqual([true, '{"a":"one","b":2,"c":""}'])
})

test.each(['é', 'Ł', 'ü'.repeat(50), '漢字', '😀', 'a\x7f\x80\xa2\xdcz'])(
  'a string that is no ASCII is plain, too: %s',
  text => {
    const json = `{"a":"<${text}>","b":1,"c":"<d>"}`
    const { isSet, value } = draftedIn(1000, json)
    expect([isSet, value()]).toEqual([true, json.replaceAll(/[<>]/g, '')])
  }
)

test.each([
  ['a quote', '{"a":"<plain>","b":"<a"b>"}'],
  ['a backslash', '{"a":"<\\>"}'],
  ['a control character', '{"a":"<four\n>"}'],
  ['half a character', '{"a":"<\ud800>"}'],
  ['a quote beside what is no ASCII', '{"a":"<é"é>"}'],
  ['a quote behind what is no ASCII', '{"a":"<é>","b":"<a"b>"}'],
  ['a backslash beside what is no ASCII', '{"a":"<é\\é>"}'],
  ['a control character beside what is no ASCII', '{"a":"<é\0é>"}']
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
  expect([rows.overflowed, rows.setDraft('{}', { spans: new Int32Array(0), spansEnd: 0, quotes: 0 })]).toEqual([
    true,
    false
  ])
})
