import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeString, findLoneSurrogate, skipLiteral, skipNumber, skipString } from '../../workers/json-tokens.ts'

/** Of every length in UTF-8, and whatever JSON escapes; half a surrogate pair among them. */
const character = fc.constantFrom('a', '"', '\\', '/', '\n', '\0', '\x7f', 'é', '€', '\u2028', '😀', '\ud800')

describe('each skip answers the place after its token', () => {
  test('a string', () => {
    const bytes = Buffer.from(String.raw`  "a\"é\u0041" x`)
    expect(skipString(bytes, 2, bytes.length)).toBe(15)
  })

  test('a number, as far as it goes', () => {
    const numberAtStart = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/
    for (const text of ['0', '-12.5e+3,', '7]', '0.1E-9 ', '01', '1-1']) {
      const bytes = Buffer.from(text)
      expect(skipNumber(bytes, 0, bytes.length)).toBe(numberAtStart.exec(text)?.[0].length)
    }
  })

  test('a literal', () => {
    const bytes = Buffer.from('[true,null]')
    expect(skipLiteral(bytes, 1, bytes.length)).toBe(5)
    expect(skipLiteral(bytes, 6, bytes.length)).toBe(10)
  })
})

describe('or the complement of the place that is wrong', () => {
  test.each([
    [skipString, '"a\n"', 2],
    [skipString, '"a', 2],
    [skipNumber, '-', 1],
    [skipNumber, '1.x', 2],
    [skipLiteral, 'nulx', 3],
    [skipLiteral, '?', 0]
  ])('%o of %j', (skip, text, wrong) => {
    const bytes = Buffer.from(text)
    expect(skip(bytes, 0, bytes.length)).toBe(~wrong)
  })
})

test('a string is decoded as JSON.parse does it', () => {
  fc.assert(
    fc.property(fc.string({ unit: character }), text => {
      const bytes = Buffer.from(JSON.stringify(text))
      expect(decodeString(bytes, 0, bytes.length)).toBe(text)
    })
  )
})

test('a lone surrogate is found at its backslash', () => {
  const bytes = Buffer.from(String.raw`"\\\ud83d\ude00\ude00"`)
  expect(findLoneSurrogate(bytes, 0, bytes.length)).toBe(15)
})
