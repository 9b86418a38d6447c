import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPlainJson, isPlainText } from '../../../src/slabs/plain-text.ts'

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

test('JSON with strings of any text is plain just where nothing had to be escaped, at any place', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\x7f', '\x80', '\xa2', '\xdc', '"', '\\', '\n', '\0') }),
    fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\x7f', '\x80', '\xa2', '\xdc'), maxLength: 1100 })
  )
  fc.assert(
    fc.property(fc.nat(7), fc.array(text), fc.nat(7), (before, texts, after) => {
      const json = `[${texts.map(each => `"${each}"`).join()}]`
      const bytes = Buffer.from('"'.repeat(before) + json + '\\'.repeat(after))
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      const isPlain = isPlainJson(view, before, bytes.length - after, 2 * texts.length)
      expect(isPlain).toBe(json === JSON.stringify(texts))
    })
  )
})
