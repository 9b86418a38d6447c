import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sequenceLength } from '../../workers/utf8.ts'

test('measures every character from U+0080 on', () => {
  const wrong: number[] = []
  for (let code = 0x80; code <= 0x10ffff; code += code < 0x11000 ? 1 : 97) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const bytes = Buffer.from(String.fromCodePoint(code))
    if (sequenceLength(bytes, 0, bytes.length) !== bytes.length) wrong.push(code)
  }
  expect(wrong).toEqual([])
})

test('agrees with Node on any four bytes', () => {
  const high = fc.integer({ min: 0x80, max: 0xff })
  fc.assert(
    fc.property(fc.tuple(high, high, fc.integer({ min: 0, max: 0xff }), high), ([a, b, c, d]) => {
      const bytes = Buffer.from([a, b, c, d])
      const good = [2, 3, 4].find(
        length => isUtf8(bytes.subarray(0, length)) && [...bytes.toString('utf8', 0, length)].length === 1
      )
      expect(sequenceLength(bytes, 0, 4)).toBe(good ?? 0)
    }),
    { numRuns: 5000 }
  )
})

test('does not look past the end', () => {
  const bytes = Buffer.from('é€😀')
  expect(sequenceLength(bytes, 0, 1)).toBe(0)
  expect(sequenceLength(bytes, 2, 4)).toBe(0)
  expect(sequenceLength(bytes, 5, 8)).toBe(0)
  expect(sequenceLength(bytes, 5, 9)).toBe(4)
})
