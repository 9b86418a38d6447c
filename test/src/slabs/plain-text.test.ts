import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPlainText } from '../../../src/slabs/plain-text.ts'

/** What JSON writes as it is, of ASCII. */
const isPlain = (text: string) => JSON.stringify(text) === `"${text}"`

function check(text: string, start = 0, end = text.length): boolean {
  const bytes = Buffer.from(text, 'latin1')
  return isPlainText(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, end)
}

test('every character is judged as JSON does, at any place of texts of any length', () => {
  for (let length = 1; length <= 13; length++) {
    for (let at = 0; at < length; at++) {
      for (let code = 0; code < 0x80; code++) {
        const character = String.fromCharCode(code)
        const text = 'x'.repeat(at) + character + 'y'.repeat(length - at - 1)
        expect([text, check(text)]).toEqual([text, isPlain(character)])
      }
    }
  }
})

test('what stands before and behind a text is none of it', () => {
  const ascii = fc.string({ unit: fc.integer({ min: 0, max: 0x7f }).map(code => String.fromCharCode(code)) })
  const plain = ascii.map(text => text.replaceAll(/[^ !#-[\]-~]/g, '~'))
  fc.assert(
    fc.property(ascii, fc.oneof(ascii, plain), ascii, (before, text, after) => {
      const end = before.length + text.length
      expect(check(before + text + after, before.length, end)).toBe(isPlain(text))
    })
  )
})
