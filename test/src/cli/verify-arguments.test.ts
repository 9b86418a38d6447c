import { expect, test } from 'vitest'
import { readVerifyArguments, VERIFY_HELP } from '../../../src/cli/verify-arguments.ts'

const NOW_MS = Date.parse('2026-05-01T12:00:00Z')
const read = (...args: string[]) => readVerifyArguments(args, NOW_MS)

test('without arguments it is all that the group has committed', () => {
  expect(read()).toEqual({
    help: false,
    from: { type: 'begin' },
    to: { type: 'committed' },
    group: undefined,
    topics: undefined,
    partitions: undefined,
    allowDuplicates: false,
    ignoreUntraced: false,
    json: false,
    limit: 10
  })
})

test.for([
  ['5000', { type: 'offset', offset: 5000 }],
  ['2026-04-30T12:00:00Z', { type: 'time', timestampMs: NOW_MS - 86_400_000 }],
  ['90m', { type: 'time', timestampMs: NOW_MS - 5_400_000 }]
] as const)('a bound may be %s', ([text, bound]) => {
  expect(read('--from', text, '--to', text)).toMatchObject({ from: bound, to: bound })
})

test('partitions and topics may be several', () => {
  expect(read('--partition', '0,3', '--partition', '7', '--topic', 'a', '--topic', 'b')).toMatchObject({
    partitions: [0, 3, 7],
    topics: ['a', 'b']
  })
})

test.for([
  ['--from', 'end'],
  ['--from', 'yesterday'],
  ['--to', 'begin'],
  ['--to', '99999999999999999999'],
  ['--partition', '-1'],
  ['--limit', 'all'],
  ['--fast'],
  ['0']
])('%j is refused as a mistake', args => {
  expect(() => read(...args)).toThrow(expect.objectContaining({ name: 'SettingsError' }))
})

test('the help names every option and fits 80 columns', () => {
  for (const option of [
    'from',
    'to',
    'topic',
    'partition',
    'group',
    'allow-duplicates',
    'ignore-untraced',
    'limit',
    'json'
  ]) {
    expect(VERIFY_HELP).toContain(`--${option}`)
  }
  expect(Math.max(...VERIFY_HELP.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
})
