import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  classStartMs,
  LATENCY_CLASSES,
  latencyBuckets,
  latencyClass,
  latencyText,
  latencyTextBytes,
  mergeBuckets,
  percentileMs,
  readLatencyText
} from '../../../src/summaries/histogram.ts'

const latency = fc.oneof(fc.integer({ min: -5, max: 300 }), fc.integer({ min: 0, max: 2 ** 42 }))
const countsOf = (latencies: readonly number[]) => {
  const counts = new Uint32Array(LATENCY_CLASSES)
  for (const latencyMs of latencies) counts[latencyClass(latencyMs)]++
  return counts
}
const counts = fc
  .array(fc.tuple(fc.nat(LATENCY_CLASSES - 1), fc.oneof(fc.nat(40), fc.nat(2 ** 32 - 1))), { maxLength: 200 })
  .map(entries => {
    const all = new Uint32Array(LATENCY_CLASSES)
    for (const [at, count] of entries) all[at] = count
    return all
  })

describe('classes of latency', () => {
  test('tell a latency to a quarter, and hold what is 0 or less in the lowest', () => {
    fc.assert(
      fc.property(latency, latencyMs => {
        const start = classStartMs(latencyClass(latencyMs))
        expect(start <= Math.max(0, latencyMs) && latencyMs < Math.max(1, start * 1.25)).toBe(true)
      })
    )
  })

  test('rise with latencies', () => {
    fc.assert(
      fc.property(latency, latency, (a, b) => {
        if (a <= b) expect(latencyClass(a)).toBeLessThanOrEqual(latencyClass(b))
      })
    )
  })

  test.each([
    [-7, 0],
    [0, 0],
    [1, 1],
    [2, 5],
    [3, 7],
    [4, 9],
    [1000, 40],
    [1023, 40],
    [1024, 41],
    [2 ** 32, 129],
    [Number.MAX_SAFE_INTEGER, LATENCY_CLASSES - 1]
  ])('%i ms is in class %i', (latencyMs, expected) => {
    expect(latencyClass(latencyMs)).toBe(expected)
  })
})

describe('a histogram', () => {
  test('has percentiles that are those of its latencies, rounded down to their class', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1 }), fc.constantFrom(1, 50, 90, 99, 100), (latencies, percent) => {
        const sorted = latencies.toSorted((a, b) => a - b)
        const exact = sorted[Math.max(1, Math.ceil((sorted.length * percent) / 100)) - 1]
        expect(percentileMs(countsOf(latencies), percent)).toBe(classStartMs(latencyClass(exact)))
      })
    )
    expect(percentileMs(countsOf([]), 50)).toBeUndefined()
  })

  test('is merged by adding buckets: the same as counting everything at once', () => {
    fc.assert(
      fc.property(fc.array(fc.array(latency), { maxLength: 5 }), parts => {
        const merged = mergeBuckets(...parts.map(part => latencyBuckets(countsOf(part))))
        expect(merged).toEqual(latencyBuckets(countsOf(parts.flat())))
      })
    )
  })

  test('reads back from its text, which never has more bytes than were foreseen', () => {
    fc.assert(
      fc.property(counts, counts => {
        const text = latencyText(counts)
        const again = new Uint32Array(LATENCY_CLASSES)
        expect(readLatencyText(text, again)).toBe(true)
        expect(again).toEqual(counts)
        const records = counts.reduce((sum, count) => sum + count, 0)
        expect(text.length).toBeLessThanOrEqual(latencyTextBytes(records))
      })
    )
  })

  test('may have its worst at any number of records', () => {
    for (const records of [0, 1, 10, 169, 170, 171, 1000, 6119, 6120, 1e6, 2 ** 31]) {
      const even = new Uint32Array(LATENCY_CLASSES)
      for (let at = 0; at < LATENCY_CLASSES; at++) {
        even[at] = Math.floor(records / LATENCY_CLASSES) + (at < records % LATENCY_CLASSES ? 1 : 0)
      }
      expect(latencyText(even).length).toBeLessThanOrEqual(latencyTextBytes(records))
    }
  })

  test.each(['x', '1', ':1', '0:', '0:,', '00:1,', 'zz:1', '0:-1', '0:12345678', '4o:1,1,1'])(
    'is not read from what it never wrote: %s',
    text => expect(readLatencyText(text, new Uint32Array(LATENCY_CLASSES))).toBe(false)
  )
})
