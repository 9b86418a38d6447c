import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Dimension, dimensionsOf, rawTermOf, shownTerm } from '../../../src/summaries/dimensions.ts'

const pipelineWith = (names: readonly string[], forms?: Record<string, RegExp>) => ({
  name: 'shout',
  input: { forms },
  summarize: Object.fromEntries(names.map(name => [name, (value: Readonly<Record<string, unknown>>) => value[name]]))
})

const dimensionOf = (of: Dimension['of'], form?: RegExp): Dimension => ({ name: 'it', of, form })
const termOf = (value: unknown, form?: RegExp) => {
  const dimension = dimensionOf(() => value, form)
  const term = rawTermOf(dimension, {})
  return term === undefined ? undefined : shownTerm(dimension, term)
}

describe('dimensions', () => {
  test('are what the pipeline declares, in order', () => {
    expect(dimensionsOf(pipelineWith(['b', 'a'])).map(({ name }) => name)).toEqual(['b', 'a'])
    expect(dimensionsOf({ name: 'none', input: {} })).toEqual([])
  })

  test.each([
    ['too many', Array.from({ length: 9 }, (_, index) => `d${index}`), 'summarize has 9 entries; 8 are possible'],
    ['a name that is none', ['Device'], 'summarize can\'t have an entry "Device"'],
    ['an endless name', ['x'.repeat(41)], 'a name has up to 40 lower-case']
  ])('are refused: %s', (_, names, message) => {
    expect(() => dimensionsOf(pipelineWith(names))).toThrow(message)
  })

  test('count strings, numbers and booleans, and nothing where there is nothing', () => {
    expect([termOf('a'), termOf(5), termOf(false), termOf('')]).toEqual(['a', '5', 'false', ''])
    expect([termOf(undefined), termOf(null)]).toEqual([undefined, undefined])
  })

  test('that throw, or answer no single value, are counted as that and never hide it', () => {
    const broken = dimensionOf(() => {
      throw new Error('secret')
    })
    expect(rawTermOf(broken, {})).toBe('(threw)')
    expect([termOf({}), termOf([1])]).toEqual(['(no value)', '(no value)'])
  })

  test('of a field with a form show nothing that has another one', () => {
    const [locale] = dimensionsOf(pipelineWith(['locale'], { locale: /[A-Z]{2}/g }))
    expect(['RU', '10.0.0.1', 'xRUx', 'RU'].map(term => shownTerm(locale, term))).toEqual([
      'RU',
      '(odd)',
      '(odd)',
      'RU'
    ])
  })

  test('cut and clean long values the same way each time: at most 255 bytes, and twice as many as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
        const term = termOf(text) as string
        expect(term.isWellFormed()).toBe(true)
        expect(Buffer.byteLength(term)).toBeLessThanOrEqual(192)
        expect(Buffer.byteLength(JSON.stringify(term))).toBeLessThanOrEqual(194)
        expect(termOf(text)).toBe(term)
        if (text.length <= 64 && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) expect(term).toBe(text)
      })
    )
  })
})
