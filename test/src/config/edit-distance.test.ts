import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearest } from '../../../src/config/edit-distance.ts'

const word = fc.string({ unit: fc.constantFrom('A', 'B', '_'), maxLength: 12 })

describe('editDistance', () => {
  test.each([
    ['LINGER_MS', 'LINGER_MS', 0],
    ['LINGR_MS', 'LINGER_MS', 1],
    ['LINGRE_MS', 'LINGER_MS', 2],
    ['', 'ABC', 3],
    ['PATH', 'RATE', 2],
    ['KITTEN', 'SITTING', 3]
  ])('%s and %s are %i apart', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance)
  })

  test('is 0 exactly for equal words', () => {
    fc.assert(fc.property(word, word, (a, b) => (editDistance(a, b) === 0) === (a === b)))
  })

  test('is not told above what it may be', () => {
    fc.assert(
      fc.property(word, word, fc.nat(4), (a, b, within) => {
        const distance = editDistance(a, b)
        const told = editDistance(a, b, within)
        expect(told <= within).toBe(distance <= within)
        if (distance <= within) expect(told).toBe(distance)
      })
    )
  })

  test('is the same in both directions', () => {
    fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a)))
  })

  test('never gains by a detour', () => {
    fc.assert(fc.property(word, word, word, (a, b, c) => editDistance(a, c) <= editDistance(a, b) + editDistance(b, c)))
  })

  test('lies between the difference in length and the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b)
        return distance >= Math.abs(a.length - b.length) && distance <= Math.max(a.length, b.length)
      })
    )
  })

  test('of one letter removed anywhere is 1', () => {
    fc.assert(
      fc.property(word, fc.nat(), (text, at) => {
        fc.pre(text.length > 0)
        const cut = at % text.length
        return editDistance(text, text.slice(0, cut) + text.slice(cut + 1)) === 1
      })
    )
  })
})

describe('nearest', () => {
  test('finds the nearest of several words within the distance', () => {
    expect(nearest('LINGR_MS', ['LONGER_MS', 'LINGER_MS', 'WORKERS'], 2)).toBe('LINGER_MS')
  })

  test('finds nothing beyond the distance', () => {
    expect(nearest('LING_MS', ['LINGERS_MS'], 2)).toBeUndefined()
  })

  test('agrees with a search without shortcuts', () => {
    fc.assert(
      fc.property(word, fc.array(word), (text, candidates) => {
        const least = Math.min(...candidates.map(candidate => editDistance(text, candidate)))
        const found = nearest(text, candidates, 2)
        return found === undefined ? least > 2 : editDistance(text, found) === least && least <= 2
      })
    )
  })
})
