import { describe, expect, test } from 'vitest'
import { type PartitionState, planMove, type SeekTarget, totalsOf } from '../../../src/cli/seek-plan.ts'

const state: PartitionState = { topic: 'logins', partition: 3, begin: 100, end: 500, committed: 200 }
const plan = (target: SeekTarget, changes: Partial<PartitionState> = {}, atTime = 0) =>
  planMove({ ...state, ...changes }, target, 'earliest', atTime)

describe('a partition is moved', () => {
  test.each<[string, SeekTarget, number, number]>([
    ['to its beginning', 'earliest', 0, 100],
    ['to its end', 'latest', 0, 500],
    ['to an offset', { offset: 321 }, 0, 321],
    ['to its end by its offset', { offset: 500 }, 0, 500],
    ['to a time', { timestampMs: 5 }, 250, 250]
  ])('%s', (_where, target, atTime, to) => {
    expect(plan(target, {}, atTime)).toEqual({ topic: 'logins', partition: 3, from: 200, to })
  })

  test.each<[string, SeekTarget, number, number, RegExp]>([
    ['an offset that is deleted', { offset: 7 }, 0, 100, /7 has been deleted/],
    ['an offset that is not there yet', { offset: 501 }, 0, 500, /no offset 501 yet/],
    ['a time after the last record', { timestampMs: 5 }, 500, 500, /nothing is that new/]
  ])('as near as can be, with a word, to %s', (_where, target, atTime, to, note) => {
    expect(plan(target, {}, atTime)).toMatchObject({ to, note: expect.stringMatching(note) as string })
  })
})

describe('where it is now', () => {
  test.each([
    ['not committed', -1],
    ['deleted since', 99],
    ['past the end', 501]
  ])('is what AUTO_OFFSET_RESET says, if that is %s', (_name, committed) => {
    const at = (reset: 'earliest' | 'latest' | 'error') => planMove({ ...state, committed }, 'earliest', reset, 0).from
    expect([at('earliest'), at('latest'), at('error')]).toEqual([100, 500, undefined])
  })
})

test('moves add up to what is read again and what is left out', () => {
  const moves = [
    { topic: 'a', partition: 0, from: 200, to: 150 },
    { topic: 'a', partition: 1, from: 200, to: 230 },
    { topic: 'a', partition: 2, from: undefined, to: 40 },
    { topic: 'a', partition: 3, from: 10, to: 0 }
  ]
  expect(totalsOf(moves)).toEqual({ replayed: 60, skipped: 30 })
})
