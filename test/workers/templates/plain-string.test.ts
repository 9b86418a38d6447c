import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainEnd } from '../../../workers/templates/plain-string.ts'
import { watchedView } from '../../fixtures/watched-view.ts'

function endIn(bytes: Buffer, at: number, end: number): number {
  return plainEnd(watchedView(bytes, at, end), at, end)
}

test('every byte ends a plain string, or not, at every place', () => {
  for (let byte = 0; byte < 256; byte++) {
    const isPlain = byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c
    for (let place = 0; place < 20; place++) {
      const bytes = Buffer.alloc(20, 'a')
      bytes[place] = byte
      expect(endIn(bytes, 0, 20)).toBe(isPlain ? 20 : place)
    }
  }
})

test('any bytes: the first one that is not plain, and nothing behind the end is read', () => {
  const byte = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0x23, max: 0x5b }) },
    fc.integer({ min: 0, max: 255 })
  )
  const bytes = fc.array(byte, { maxLength: 50 }).map(list => Buffer.from(list))
  fc.assert(
    fc.property(bytes, fc.nat(50), fc.nat(50), (text, one, other) => {
      const [at, end] = [Math.min(one, other, text.length), Math.min(Math.max(one, other), text.length)]
      const found = text
        .subarray(at, end)
        .findIndex(each => each < 0x20 || each > 0x7f || each === 0x22 || each === 0x5c)
      expect(endIn(text, at, end)).toBe(found < 0 ? end : at + found)
    }),
    { numRuns: 3000 }
  )
})
