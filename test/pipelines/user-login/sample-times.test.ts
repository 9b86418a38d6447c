import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NumberedRandom } from '../../../pipelines/user-login/sample-random.ts'
import { dailyClock, steadyClock, timestampForms, timestampJson } from '../../../pipelines/user-login/sample-times.ts'
import { parseTimestampMs } from '../../../pipelines/user-login/timestamp.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Midnight, UTC. */
const NOW_MS = 20_000 * DAY_MS

test('at a steady rate samples are evenly apart', () => {
  const clock = steadyClock(NOW_MS, 400)
  expect([0, 1, 1000].map(number => clock.at(number) - NOW_MS)).toEqual([0, 2, 2500])
})

describe('over the past', () => {
  test('samples are in order, and none is outside of the time they are of', () => {
    const span = fc.integer({ min: 1, max: 400 * DAY_MS })
    fc.assert(
      fc.property(
        span,
        fc.integer({ min: 0, max: DAY_MS }),
        fc.integer({ min: 1, max: 5000 }),
        (spanMs, late, count) => {
          const [startMs, endMs] = [NOW_MS + late - spanMs, NOW_MS + late]
          const clock = dailyClock(startMs, endMs, count)
          let before = startMs
          for (let number = 0; number < count; number += 1 + Math.floor(count / 50)) {
            const at = clock.at(number)
            expect(at).toBeGreaterThanOrEqual(before)
            expect(at).toBeLessThanOrEqual(endMs)
            before = at
          }
          expect(clock.at(0) - startMs).toBeLessThan(2000)
        }
      )
    )
  })

  test('each day has as many as the others, and the evening four times as many as the early morning', () => {
    const count = 70_000
    const clock = dailyClock(NOW_MS - 7 * DAY_MS, NOW_MS, count)
    const perDay = Array<number>(7).fill(0)
    const perHour = Array<number>(24).fill(0)
    for (let number = 0; number < count; number++) {
      const sinceMs = clock.at(number) - (NOW_MS - 7 * DAY_MS)
      perDay[Math.floor(sinceMs / DAY_MS)]++
      perHour[Math.floor((sinceMs % DAY_MS) / HOUR_MS)]++
    }
    for (const day of perDay) expect(Math.abs(day - 10_000)).toBeLessThan(20)
    // 18:00 is the middle of 17:00 to 19:00.
    expect((perHour[17] + perHour[18]) / (perHour[5] + perHour[6])).toBeCloseTo(4, 0)
    expect(Math.max(...perHour)).toBe(Math.max(perHour[17], perHour[18]))
  })
})

describe('each form of a timestamp says its moment', () => {
  test.each(timestampForms)('%s', form => {
    const random = new NumberedRandom(1)
    fc.assert(
      fc.property(fc.integer({ min: 100_000_000_000, max: 4e12 }), fc.boolean(), (timeMs, asText) => {
        const read = parseTimestampMs(JSON.parse(timestampJson(form, timeMs, asText, random)) as string | number)
        // Seconds have no fraction, and neither has one in four of the others.
        const isExact = form === 'milliseconds' || read === timeMs
        expect(isExact ? read : read + (timeMs % 1000)).toBe(timeMs)
      })
    )
  })

  test('numbers as numbers and as texts, ISO with and without fraction and offset', () => {
    const random = new NumberedRandom(1)
    const write = (form: (typeof timestampForms)[number], asText: boolean) =>
      timestampJson(form, 1_694_479_551_250, asText, random)
    expect(write('seconds', true)).toBe('"1694479551"')
    expect(write('seconds', false)).toBe('1694479551')
    expect(write('milliseconds', true)).toBe('"1694479551250"')
    expect(write('milliseconds', false)).toBe('1694479551250')
    const written = new Set(Array.from({ length: 100 }, () => write('iso', true)))
    expect(written).toEqual(
      new Set(['"2023-09-12T00:45:51Z"', '"2023-09-12T00:45:51.250Z"', '"2023-09-12T02:45:51.250+02:00"'])
    )
  })
})
