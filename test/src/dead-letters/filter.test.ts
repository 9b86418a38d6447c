import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Filter, includes, matches } from '../../../src/dead-letters/filter.ts'
import { deadLetterOf } from '../../fixtures/dead-letters.ts'

const deadLetter = deadLetterOf({
  reason: 'invalid',
  group: 'logins',
  timestampMs: 1000,
  source: { topic: 'input', partition: 3, offset: 7 }
})

test.each<[string, Filter, boolean]>([
  ['nothing', {}, true],
  ['its reason', { reasons: ['not-json', 'invalid'] }, true],
  ['another reason', { reasons: ['not-json'] }, false],
  ['its group', { groups: ['logins'] }, true],
  ['another group', { groups: ['others'] }, false],
  ['since its time', { sinceMs: 1000 }, true],
  ['since later', { sinceMs: 1001 }, false],
  ['until later', { untilMs: 1001 }, true],
  ['until its time', { untilMs: 1000 }, false],
  ['its topic and partition', { topic: 'input', partition: 3 }, true],
  ['another topic', { topic: 'dlq' }, false],
  ['another partition', { partition: 0 }, false],
  ['all, and one does not fit', { reasons: ['invalid'], topic: 'input', partition: 2 }, false]
])('asked for %s', (_what, filter, expected) => {
  expect(matches(filter, deadLetter)).toBe(expected)
})

const names = fc.subarray(['a', 'b', 'c'], { minLength: 1 })
const filters = fc.record(
  {
    reasons: fc.subarray(['invalid', 'not-json', 'rejected'], { minLength: 1 }),
    groups: names,
    sinceMs: fc.nat(4),
    untilMs: fc.nat(4),
    topic: fc.constantFrom('a', 'b'),
    partition: fc.nat(2)
  },
  { requiredKeys: [] }
) as fc.Arbitrary<Filter>

const deadLetters = fc
  .record({
    reason: fc.constantFrom('invalid' as const, 'not-json' as const, 'rejected' as const),
    group: fc.constantFrom('a', 'b', 'c'),
    timestampMs: fc.nat(4),
    source: fc.record({ topic: fc.constantFrom('a', 'b'), partition: fc.nat(2), offset: fc.constant(0) })
  })
  .map(deadLetterOf)

test('a filter that includes another one matches all that the other one does', () => {
  fc.assert(
    fc.property(filters, filters, deadLetters, (one, other, found) => {
      // Two at random seldom include each other, so the second one has a part of the first.
      const narrow = { ...one, ...other }
      const isWrong = includes(one, narrow) && matches(narrow, found) && !matches(one, found)
      expect(isWrong).toBe(false)
    }),
    { numRuns: 5000 }
  )
})

test('every filter includes itself, and none at all includes every one', () => {
  fc.assert(
    fc.property(filters, filter => {
      expect(includes(filter, filter)).toBe(true)
      expect(includes({}, filter)).toBe(true)
      expect(includes(filter, {})).toBe(Object.keys(filter).length === 0)
    })
  )
})
