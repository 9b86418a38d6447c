import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covers, type RedriveTerms, takes, targetOf, termsOf } from '../../../src/dead-letters/redrive-terms.ts'
import { redriven } from '../../../src/dead-letters/redriven.ts'
import { deadLetterOf, GROUP } from '../../fixtures/dead-letters.ts'

const settings = {
  inputTopic: ['input'],
  redriveTopic: undefined,
  redriveAttempts: 3,
  quarantineTopic: undefined
} as const
const origin = { topic: 'input', partition: 1, offset: 7 }

/** A dead letter that has been redriven so many times. */
function redrivenTimes(count: number, topic = 'input') {
  const source = { topic, partition: 1, offset: 7 }
  let deadLetter = deadLetterOf({ source })
  for (let time = 0; time < count; time++) {
    deadLetter = deadLetterOf({ source, headers: redriven(deadLetter, GROUP, 0).headers })
  }
  return deadLetter
}

test('without a quarantine those whose attempts are used up are not taken', () => {
  const terms = termsOf(settings, {})
  expect([0, 1, 2, 3, 4].filter(count => takes(terms, redrivenTimes(count), GROUP))).toEqual([0, 1, 2])
  const all = termsOf({ ...settings, quarantineTopic: 'quarantine' }, {})
  expect(takes(all, redrivenTimes(4), GROUP)).toBe(true)
})

test('a record goes back to the only input, wherever it came from', () => {
  expect(targetOf(settings, { ...origin, topic: 'renamed since' })).toBe('input')
  expect(takes(termsOf(settings, {}), redrivenTimes(0, 'renamed-since'), GROUP)).toBe(true)
})

test('with several inputs or a pattern to the one that it first came in by, and not at all if that is not read', () => {
  for (const inputTopic of [['input', 'others'], ['^in']]) {
    const several = { ...settings, inputTopic }
    expect(targetOf(several, origin)).toBe('input')
    expect(takes(termsOf(several, {}), redrivenTimes(0), GROUP)).toBe(true)
    expect(takes(termsOf(several, {}), redrivenTimes(0, 'dropped'), GROUP)).toBe(false)
  }
})

test('REDRIVE_TOPIC takes them all', () => {
  const own = { ...settings, inputTopic: ['input', 'others'], redriveTopic: 'retry' }
  expect(targetOf(own, origin)).toBe('retry')
  expect(takes(termsOf(own, {}), redrivenTimes(0, 'dropped'), GROUP)).toBe(true)
})

const terms = fc.record(
  {
    filter: fc.record({ partition: fc.nat(1), sinceMs: fc.nat(2) }, { requiredKeys: [] }),
    belowAttempts: fc.nat(3),
    inputs: fc.subarray(['input', '^in', 'others'], { minLength: 1 })
  },
  { requiredKeys: ['filter'] }
) as fc.Arbitrary<RedriveTerms>

test('terms that cover others take all that the others do', () => {
  const some = fc.constantFrom(
    ...[0, 1, 2].flatMap(count => ['input', 'others'].map(each => redrivenTimes(count, each)))
  )
  fc.assert(
    fc.property(terms, terms, some, (one, other, deadLetter) => {
      const narrow = { ...one, ...other }
      const isWrong = covers(one, narrow) && takes(narrow, deadLetter, GROUP) && !takes(one, deadLetter, GROUP)
      expect(isWrong).toBe(false)
    }),
    { numRuns: 2000 }
  )
})

test('terms cover themselves, and those without any cover all', () => {
  fc.assert(fc.property(terms, each => covers(each, each) && covers({ filter: {} }, each)))
})
