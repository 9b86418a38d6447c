import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columns, printable, printableBytes } from '../../../src/cli/printable.ts'

test.each([
  ['the clipboard', '\x1b]52;c;cm0gLXJmIC8=\x07', String.raw`\x1b]52;c;cm0gLXJmIC8=\x07`],
  ['another line', 'a\r\nb\u2028c', String.raw`a\x0d\x0ab\u{2028}c`],
  ['control characters beyond ASCII', '\x9b2J', String.raw`\x9b2J`],
  ['text that turns round', 'user\u202Egnp.exe', String.raw`user\u{202e}gnp.exe`],
  ['what is not seen', 'a\u200Bb\uFEFF', String.raw`a\u{200b}b\u{feff}`],
  ['half a character', '\ud800', String.raw`\u{d800}`]
])('a record does not get to the terminal with %s', (_what, text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('letters of all kinds stay what they are', () => {
  expect(printable('Köln, Москва, 東京, 👍')).toBe('Köln, Москва, 東京, 👍')
})

test('bytes that are no UTF-8 are shown by their numbers', () => {
  expect(printableBytes(Buffer.from([0x4b, 0xf6, 0x6c, 0x6e, 0]))).toBe(String.raw`K\xf6ln\x00`)
  expect(printableBytes(Buffer.from('Köln'))).toBe('Köln')
  expect(printableBytes(Buffer.from('\ufeffx'))).toBe(String.raw`\u{feff}x`)
})

test('whatever the bytes, nothing that controls a terminal is left of them', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      expect(printableBytes(bytes)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    })
  )
})

test('lines are as wide as they may be, and characters that take two columns count for two', () => {
  expect(columns('abcdef', 4)).toEqual(['abcd', 'ef'])
  expect(columns('東京都', 4)).toEqual(['東京', '都'])
  expect(columns('', 4)).toEqual([''])
})
