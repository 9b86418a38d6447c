import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShortStrings, shortStringUse } from '../../../workers/templates/short-strings.ts'
import { plainString } from '../../fixtures/json-layouts.ts'
import { watchedView } from '../../fixtures/watched-view.ts'

const BEFORE = '"long enough":"'

function taker() {
  const strings = new ShortStrings()
  const use = shortStringUse()
  const take = (value: string, before = BEFORE): string => {
    const text = `${before}${value}"`
    const bytes = Buffer.from(text)
    const end = before.length + value.length
    return strings.take(watchedView(bytes, end - 12, end), end, text, before.length, end, use)
  }
  return { take, use }
}

test('is the string, whatever came before it', () => {
  const values = fc.array(fc.oneof(plainString, fc.stringMatching(/^[ab]{0,3}$/), fc.stringMatching(/^[ab]{10,12}$/)))
  fc.assert(
    fc.property(values, list => {
      const { take } = taker()
      for (const value of [...list, ...list]) expect(take(value)).toBe(value)
    })
  )
})

test('behind whatever other literals', () => {
  const { take } = taker()
  // Where twelve bytes hold the whole string or its opening quote, no literal can make two strings look alike.
  for (const value of ['', ':', 'a', ':a', 'b":a'.slice(3), 'aaaaaaaaaaa', 'aaaaaaaaaaaa', 'baaaaaaaaaaa']) {
    for (const before of ['{"a":{"b":"', '{\n\n\n\n\n\n "a":"', '[1,2,3,4,5,"', 'aaaaaaaaaaaa"']) {
      expect(take(value, `  ${before}`)).toBe(value)
    }
  }
})

test('whichever of its bytes tell it from another one', () => {
  const { take } = taker()
  const rest = 'abcdefgh'
  const values = Array.from({ length: 5000 }, (_, number) => String(number).padStart(4, '0'))
  for (const at of [0, 4, 8]) {
    const strings = values.map(value => rest.slice(0, at) + value + rest.slice(at))
    expect(strings.map(string => take(string))).toEqual(strings)
  }
})

test('is kept for a field whose values come again', () => {
  const { take, use } = taker()
  for (let count = 0; count < 10_000; count++) take(['2.3.0', '2.4.0', '2.4.1'][count % 3])
  expect(use).toEqual({ found: 9997, missed: 3, pays: true })
})

test.each([
  ['new', (count: number) => `id-${count}`],
  ['long', () => 'x'.repeat(13)]
])('is not for a field whose values are %s', (_, value) => {
  const { take, use } = taker()
  for (let count = 0; count < 300; count++) take(value(count))
  expect(use.pays).toBe(false)
})
