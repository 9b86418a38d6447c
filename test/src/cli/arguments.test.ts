import { describe, expect, test } from 'vitest'
import { readArguments, readInstant, readNumber } from '../../../src/cli/arguments.ts'

const NOW_MS = Date.UTC(2026, 4, 1, 12)

test('arguments that a command does not take are a mistake, told in a sentence', () => {
  const options = { rate: { type: 'string' }, execute: { type: 'boolean' } } as const
  const read = (...args: string[]) => readArguments({ args, options }).values
  expect(read('--rate', '5')).toEqual({ rate: '5' })
  expect(() => read('--raet', '5')).toThrow(/^Unknown option '--raet'$/)
  expect(() => read('fast')).toThrow(/^Unexpected argument 'fast'/)
  expect(() => read('--rate')).toThrow(/--rate/)
  expect(() => read('--execute=yes')).toThrow(expect.objectContaining({ name: 'SettingsError' }) as Error)
})

describe('an instant', () => {
  test.each([
    ['2026-05-01T10:00:00Z', Date.UTC(2026, 4, 1, 10)],
    ['2026-05-01T10:00Z', Date.UTC(2026, 4, 1, 10)],
    ['2026-05-01T10:00:00.250+02:00', Date.UTC(2026, 4, 1, 8, 0, 0, 250)],
    ['2026-05-01', Date.UTC(2026, 4, 1)],
    ['90s', NOW_MS - 90_000],
    ['30m', NOW_MS - 1_800_000],
    ['2h', NOW_MS - 7_200_000],
    ['7d', NOW_MS - 604_800_000]
  ])('%s', (text, expected) => {
    expect(readInstant('--since', text, NOW_MS)).toBe(expected)
  })

  test.each(['2026-05-01T10:00:00', 'yesterday', '2026-13-01', '1777600000000', '-2h', '2w', ''])(
    'is not %s, which says another time on another machine, or none',
    text => expect(() => readInstant('--since', text, NOW_MS)).toThrow('--since is a time')
  )
})

test('a number is whole, and not less than it may be', () => {
  expect(readNumber('--rate', '10', 1)).toBe(10)
  for (const text of ['0', '-1', '1.5', '1e3', 'ten', '', '9007199254740993']) {
    expect(() => readNumber('--rate', text, 1)).toThrow('--rate is a whole number, 1 or more')
  }
})
