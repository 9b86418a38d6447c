import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTimestamp, parseTimestampMs } from '../../../pipelines/user-login/timestamp.ts'

const accepted: readonly (readonly [number | string, number])[] = [
  [0, 0],
  [-0, 0],
  [1, 1000],
  [1694479551, 1694479551000],
  [99_999_999_999, 99_999_999_999_000],
  [100_000_000_000, 100_000_000_000],
  [1694479551123, 1694479551123],
  [99_999_999_999_999, 99_999_999_999_999],
  [1.001, 1001],
  [1694479551.1239, 1694479551123],
  [1694479551.999999, 1694479551999],
  [0.9999, 999],
  [0.0009, 0],
  [1e-7, 0],
  [99_999_999_999.5, 99_999_999_999_500],
  [1694479551123.9, 1694479551123],
  ['0', 0],
  ['1694479551', 1694479551000],
  ['0001694479551', 1694479551000],
  ['1694479551123', 1694479551123],
  ['0'.repeat(1000) + '7', 7000],
  ['99999999999', 99_999_999_999_000],
  ['100000000000', 100_000_000_000],
  ['99999999999999', 99_999_999_999_999],
  ['1970-01-01T00:00:00Z', 0],
  ['2023-09-12T00:45:51Z', 1694479551000],
  ['2023-09-12T00:45:51.1Z', 1694479551100],
  ['2023-09-12T00:45:51.1239999999999Z', 1694479551123],
  ['2023-09-12T02:45:51+02:00', 1694479551000],
  ['2023-09-11T19:15:51-05:30', 1694479551000],
  ['2023-09-12T00:45:51-00:00', 1694479551000],
  ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
  ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ['1969-12-31T23:30:00-01:00', 1_800_000],
  ['9999-12-31T23:59:59.999Z', 253_402_300_799_999]
]

const refused: readonly (number | string)[] = [
  -1,
  -0.001,
  1e14,
  1e300,
  Infinity,
  -Infinity,
  NaN,
  '',
  ' ',
  '-1',
  '+1',
  '1.5',
  '1e9',
  '0x1',
  ' 1694479551',
  '1694479551 ',
  '1694479551\n',
  '1_000',
  '١٢٣',
  '１２３',
  '100000000000000',
  '9'.repeat(400),
  'yesterday',
  '2023-09-12',
  '2023-09-12T00:45Z',
  '2023-09-12T00:45:51',
  '2023-09-12 00:45:51Z',
  '2023-09-12t00:45:51z',
  '2023-09-12T00:45:51.Z',
  '2023-09-12T00:45:51,5Z',
  '2023-09-12T00:45:51+0200',
  '2023-09-12T00:45:51+02',
  '2023-09-12T00:45:51+24:00',
  '2023-09-12T00:45:51+02:60',
  '2023-09-12T00:45:51\u221202:00',
  '2023-9-12T00:45:51Z',
  '23-09-12T00:45:51Z',
  '+002023-09-12T00:45:51Z',
  '2023-00-12T00:45:51Z',
  '2023-13-12T00:45:51Z',
  '2023-09-00T00:45:51Z',
  '2023-09-31T00:45:51Z',
  '2023-02-29T00:45:51Z',
  '2100-02-29T00:45:51Z',
  '2023-09-12T24:00:00Z',
  '2023-09-12T00:60:00Z',
  '2016-12-31T23:59:60Z',
  ' 2023-09-12T00:45:51Z',
  '2023-09-12T00:45:51Z\n',
  '2023-09-12T00:45:51Z[UTC]',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:30:00+01:00',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59-00:01'
]

test.each(accepted)('%j is %d', (timestamp, expected) => {
  expect(parseTimestampMs(timestamp) + 0).toBe(expected + 0)
  expect(checkTimestamp(timestamp)).toBeUndefined()
})

test.each(refused)('%j is no timestamp', timestamp => {
  expect(parseTimestampMs(timestamp)).toBeNaN()
  expect(checkTimestamp(timestamp)).toBe('not-a-timestamp')
})

describe('for any instant', () => {
  const instant = fc.integer({ min: 0, max: 253_402_300_799_999 })

  test('what toISOString writes is read back', () => {
    fc.assert(
      fc.property(instant, timestampMs => {
        expect(parseTimestampMs(new Date(timestampMs).toISOString())).toBe(timestampMs)
      })
    )
  })

  test('an offset means what Date takes it for', () => {
    const part = (max: number) => fc.integer({ min: 0, max }).map(number => String(number).padStart(2, '0'))
    fc.assert(
      fc.property(instant, fc.constantFrom('+', '-'), part(23), part(59), (timestampMs, sign, hours, minutes) => {
        const text = new Date(timestampMs).toISOString().replace('Z', `${sign}${hours}:${minutes}`)
        const expected = Date.parse(text)
        const isInRange = expected >= 0 && expected <= 253_402_300_799_999
        expect(parseTimestampMs(text)).toBe(isInRange ? expected : NaN)
      })
    )
  })

  test('seconds with three decimals keep every millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), timestampMs => {
        const seconds = Number(`${Math.floor(timestampMs / 1000)}.${String(timestampMs % 1000).padStart(3, '0')}`)
        expect(parseTimestampMs(seconds)).toBe(timestampMs)
      }),
      { numRuns: 2000 }
    )
  })

  test('digits are judged like the number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e14 }), number => {
        expect(parseTimestampMs(String(number))).toBe(parseTimestampMs(number))
      })
    )
  })
})

test('any text is read as it was when it is read again after others', () => {
  const text = fc.constantFrom('1', '1694479551', 'x', '', '2023-09-12T00:45:51Z')
  const read = new Map<string, number>()
  fc.assert(
    fc.property(text, timestamp => {
      const before = read.get(timestamp)
      const now = parseTimestampMs(timestamp)
      if (before !== undefined) expect(now).toBe(before)
      read.set(timestamp, now)
    })
  )
})
