import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatIsoTime } from '../../../pipelines/user-login/iso-time.ts'

test('writes what toISOString writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), timestampMs => {
      expect(formatIsoTime(timestampMs)).toBe(new Date(timestampMs).toISOString())
    }),
    { numRuns: 5000 }
  )
})

test('keeps days apart that fall into the same slot of its cache', () => {
  const dayMs = 86_400_000
  for (const day of [0, 64, 0, 128, 1, 65, 19_612, 19_676, 19_612]) {
    for (const ms of [0, 1, dayMs - 1]) {
      const timestampMs = day * dayMs + ms
      expect(formatIsoTime(timestampMs)).toBe(new Date(timestampMs).toISOString())
    }
  }
})

test('keeps seconds apart that fall into the same slot of its cache', () => {
  for (const second of [0, 64, 0, 1, 65, 1_694_479_551, 1_694_479_615, 1_694_479_551, 253_402_300_799, 64]) {
    for (const ms of [0, 1, 999]) {
      const timestampMs = second * 1000 + ms
      expect(formatIsoTime(timestampMs)).toBe(new Date(timestampMs).toISOString())
    }
  }
})
