import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeFlood, type Flood, Fuse, type FuseLimits, type JudgedRecords } from '../../../src/dead-letters/fuse.ts'
import { DEAD_LETTER, FILTERED, PROCESSED, reasons, type Reason } from '../../../src/slabs/outcomes.ts'

/** A reason is a dead letter; otherwise the record came out well. */
type Given = Reason | 'good' | 'filtered'

/** Offsets are even: there are gaps between them, as between those of a compacted topic. */
const offsetOf = (record: number) => record * 2

function judged(given: readonly Given[], before = 0): JudgedRecords {
  const outcomeOf = (each: Given) => (each === 'good' ? PROCESSED : each === 'filtered' ? FILTERED : DEAD_LETTER)
  return {
    outcome: Uint8Array.from(given, outcomeOf),
    // A filtered record's detail is a rule, which must not be taken for a reason.
    detail: Uint8Array.from(given, each => (each === 'good' || each === 'filtered' ? 1 : reasons.indexOf(each))),
    offsetOf: record => offsetOf(before + record)
  }
}

const isBad = (given: Given) => given !== 'good' && given !== 'filtered'

/** What the words of the settings say, with every record kept in a list. */
function naive(
  given: readonly Given[],
  limits: FuseLimits
): { at: number; letters: number; records: number } | undefined {
  for (let end = 1; end <= given.length; end++) {
    const seen = given.slice(0, end)
    const run = end - 1 - seen.findLastIndex(each => !isBad(each))
    if (run >= limits.consecutiveRecords) return { at: end, letters: run, records: run }
    if (end < limits.windowRecords) continue
    const letters = seen.slice(-limits.windowRecords).filter(isBad).length
    if (letters * 100 > limits.ratioPercent * limits.windowRecords) {
      return { at: end, letters, records: limits.windowRecords }
    }
  }
  return undefined
}

/** Feeds it in batches of these sizes, as far as they go. Answers the flood, and how many records it had been given. */
function feed(
  fuse: Fuse,
  given: readonly Given[],
  sizes: readonly number[]
): { flood: Flood; given: number } | undefined {
  const left = [...sizes]
  for (let at = 0; at < given.length;) {
    const end = Math.min(given.length, at + (left.shift() ?? given.length))
    const flood = fuse.add(judged(given.slice(at, end), at), 0, end - at)
    if (flood !== undefined) return { flood, given: end }
    at = end
  }
  return undefined
}

const limits = { ratioPercent: 50, windowRecords: 10, consecutiveRecords: 6 }
const many = (count: number, given: Given = 'not-json') => Array.from({ length: count }, () => given)

describe('Fuse', () => {
  test('agrees with a list of every record, whatever comes in whatever batches', () => {
    const given = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom<Given>('good', 'filtered') },
        { weight: 3, arbitrary: fc.constantFrom<Given>('not-json', 'invalid') }
      ),
      { maxLength: 120 }
    )
    const anyLimits = fc.record({
      ratioPercent: fc.constantFrom(1, 30, 50, 70, 99, 100),
      windowRecords: fc.integer({ min: 1, max: 40 }),
      consecutiveRecords: fc.integer({ min: 1, max: 15 })
    })
    fc.assert(
      fc.property(given, anyLimits, fc.array(fc.integer({ min: 1, max: 30 })), (given, limits, sizes) => {
        const expected = naive(given, limits)
        const found = feed(new Fuse(limits), given, sizes)
        expect(found === undefined).toBe(expected === undefined)
        if (found === undefined || expected === undefined) return
        expect(found.given).toBeGreaterThanOrEqual(expected.at)
        const counted = given.slice(expected.at - expected.records, expected.at)
        const places = counted.flatMap((each, index) => (isBad(each) ? [expected.at - expected.records + index] : []))
        expect(found.flood).toEqual({
          deadLetters: expected.letters,
          records: expected.records,
          firstOffset: offsetOf(places[0]),
          lastOffset: offsetOf(places.at(-1) as number),
          reasons: expect.anything() as unknown
        })
        for (const [reason, count] of found.flood.reasons) {
          expect(count).toBe(counted.filter(each => each === reason).length)
        }
        expect(found.flood.reasons.reduce((sum, [, count]) => sum + count, 0)).toBe(expected.letters)
      }),
      { numRuns: 500 }
    )
  })

  test('a few thousand records, more than it forgets at once', () => {
    const wide = { ratioPercent: 50, windowRecords: 3000, consecutiveRecords: 100_000 }
    const given = [...many(1400), ...many(3000, 'good'), ...many(1501, 'invalid')]
    expect(feed(new Fuse(wide), given, [])).toMatchObject({
      flood: { deadLetters: 1501, records: 3000, reasons: [['invalid', 1501]] }
    })
    expect(feed(new Fuse(wide), given.slice(0, -1), [])).toBeUndefined()
  })

  test('does not judge a share before there are enough records, but a row of dead letters at any time', () => {
    expect(feed(new Fuse(limits), ['good', ...many(5), 'good'], [])).toBeUndefined()
    expect(feed(new Fuse(limits), ['good', ...many(6)], [])?.flood).toMatchObject({ deadLetters: 6, records: 6 })
  })

  test('exactly the share that is allowed is none', () => {
    expect(feed(new Fuse(limits), [...many(5), ...many(5, 'good')], [])).toBeUndefined()
    expect(feed(new Fuse(limits), [...many(5), 'good', 'not-json', ...many(3, 'good')], [])?.flood).toMatchObject({
      deadLetters: 6,
      records: 10
    })
  })

  test('a share of 100 is never a flood', () => {
    const never = { ratioPercent: 100, windowRecords: 10, consecutiveRecords: 1000 }
    expect(feed(new Fuse(never), many(999), [])).toBeUndefined()
  })

  test('says what it has seen in one line, which holds nothing of a record', () => {
    const given: Given[] = ['good', 'invalid', 'not-json', 'not-json', 'invalid', 'not-json', 'not-json']
    const { flood } = feed(new Fuse(limits), given, [3]) as { flood: Flood }
    expect(describeFlood({ topic: 'logins', partition: 3, ...flood })).toBe(
      'a flood of dead letters in logins/3, offsets 2 to 12: 6 of 6 records (not-json 4, invalid 2)'
    )
  })
})
