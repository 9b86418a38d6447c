import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ScalarReader } from '../../../workers/templates/scalar-reader.ts'
import { watchedView } from '../../fixtures/watched-view.ts'

/** Reads with other bytes behind it; answers where the value ends, and the value. */
function read(text: string, behind = ''): { end: number; value: unknown } {
  const bytes = Buffer.from(text + behind)
  const reader = new ScalarReader()
  const end = reader.read(watchedView(bytes, 0, text.length), bytes, 0, text.length)
  return { end, value: reader.value }
}

test('any number is the one that JSON.parse reads, whatever stands behind the text', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/)
  const short = fc.stringMatching(/^-?(0|[1-9]\d{0,8})(\.\d{1,8})?$/)
  fc.assert(
    fc.property(fc.oneof(short, digits, fc.double({ noDefaultInfinity: true, noNaN: true }).map(String)), text => {
      expect(read(text, '7')).toEqual({ end: text.length, value: JSON.parse(text) as number })
    }),
    { numRuns: 6000 }
  )
})

test.each([
  '-0',
  '-0.0',
  '0.1',
  '-0.30',
  '999999999999.999',
  '0.00000000000001',
  '0.99999999999999',
  '999999999999999',
  '9999999999999999',
  '123456789012345678',
  '1e400',
  '5e-324'
])('%s', text => {
  expect(Object.is(read(text).value, JSON.parse(text))).toBe(true)
})

test.each([
  ['true', true],
  ['false', false],
  ['null', null]
])('%s', (text, value) => {
  expect(read(text, 'e')).toEqual({ end: text.length, value })
  for (let length = 1; length < text.length; length++)
    expect(read(text.slice(0, length), text.slice(length)).end).toBe(-1)
})

test.each([
  '-',
  '+1',
  '.5',
  '1.',
  '-1.',
  '1..5',
  '1.x',
  '1.e5',
  '1e',
  '1e+',
  '-x',
  'x',
  'True',
  'falsy',
  'nulL',
  ',',
  ' 1',
  '\0',
  'é'
])('%j is none', text => {
  expect(read(text).end).toBe(-1)
})

test('a number ends before a digit that can not follow, as what stands behind it can not be a digit', () => {
  expect(read('01')).toEqual({ end: 1, value: 0 })
  expect(read('-01')).toEqual({ end: 2, value: -0 })
})
