import { expect, test } from 'vitest'
import { readFilter, readLimit } from '../../../../src/cli/dlq/filter-arguments.ts'

const NOW_MS = Date.UTC(2026, 4, 1)

test('without options it matches everything', () => {
  expect(readFilter({}, NOW_MS)).toEqual({})
})

test('each option narrows it', () => {
  const values = { reason: ['invalid,not-json', 'invalid'], group: ['a,b', 'c'], since: '1h', until: '2026-05-02' }
  expect(readFilter(values, NOW_MS)).toEqual({
    reasons: ['invalid', 'not-json'],
    // A group's name may hold a comma.
    groups: ['a,b', 'c'],
    sinceMs: NOW_MS - 3_600_000,
    untilMs: Date.UTC(2026, 4, 2)
  })
})

test('a partition is a number, with or without its topic', () => {
  expect(readFilter({ partition: '3' }, NOW_MS)).toEqual({ partition: 3 })
  expect(readFilter({ partition: 'input/3' }, NOW_MS)).toEqual({ topic: 'input', partition: 3 })
  expect(readFilter({ partition: '3', topic: 'input' }, NOW_MS)).toEqual({ topic: 'input', partition: 3 })
  expect(() => readFilter({ partition: 'input/3', topic: 'other' }, NOW_MS)).toThrow('name two topics')
  expect(() => readFilter({ partition: 'input/x' }, NOW_MS)).toThrow('--partition is a whole number')
})

test('a reason that there is not is a mistake, told with those that there are', () => {
  expect(() => readFilter({ reason: ['invlaid'] }, NOW_MS)).toThrow(/--reason is one of null-value,.*invalid/)
  expect(() => readFilter({ reason: ['none'] }, NOW_MS)).toThrow('--reason is one of')
})

test('a limit is what was said, or what is usual', () => {
  expect(readLimit(undefined, 1, 10)).toBe(10)
  expect(readLimit('3', 1, 10)).toBe(3)
  expect(() => readLimit('0', 1, 10)).toThrow('--limit')
})
