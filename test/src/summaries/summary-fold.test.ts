import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEAD_LETTER, EXPIRED, FILTERED, PROCESSED } from '../../../src/slabs/outcomes.ts'
import { MAX_VALUES } from '../../../src/summaries/dimensions.ts'
import { latencyBuckets, latencyClass, LATENCY_CLASSES } from '../../../src/summaries/histogram.ts'
import { SummaryPlan } from '../../../src/summaries/plan.ts'
import { SummaryFold } from '../../../src/summaries/summary-fold.ts'
import { SummaryState } from '../../../src/summaries/summary-state.ts'
import { countedSlab, countInBatches, type Noted, notedRecords } from '../../fixtures/counted-slab.ts'

const NAMES = ['device_type', 'locale']
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })

const processed = (offset: number, ...terms: string[]): Noted => ({
  offset,
  outcome: PROCESSED,
  terms,
  latencyMs: 5,
  timestampMs: 1000 + offset
})

/** What a summary says, counted once more from the records themselves. */
function naiveCounts(records: readonly Noted[]) {
  const of = (outcome: number) => records.filter(record => record.outcome === outcome)
  const late = new Uint32Array(LATENCY_CLASSES)
  for (const { latencyMs } of of(PROCESSED)) if (latencyMs !== undefined) late[latencyClass(latencyMs)]++
  return {
    records: {
      processed: of(PROCESSED).length,
      filtered: of(FILTERED).length,
      expired: of(EXPIRED).length,
      deadLetters: of(DEAD_LETTER).length
    },
    dimensions: Object.fromEntries(NAMES.map((name, dimension) => [name, naiveValues(of(PROCESSED), dimension)])),
    buckets: latencyBuckets(late)
  }
}

function naiveValues(records: readonly Noted[], dimension: number) {
  const values: Record<string, number> = Object.create(null) as Record<string, number>
  let other = 0
  for (const { terms } of records) {
    const term = terms[dimension]
    if (term === undefined) continue
    if (term in values) values[term]++
    else if (Object.keys(values).length < MAX_VALUES) values[term] = 1
    else other++
  }
  return { values: { ...values }, other }
}

describe('counting', () => {
  test('gives the same summaries however the records lie in batches', () => {
    fc.assert(
      fc.property(notedRecords(2), sizes, fc.integer({ min: 10, max: 60 }), (records, sizes, every) => {
        const plan = new SummaryPlan(NAMES, every)
        const whole = countInBatches(plan, records, [records.length])
        const parted = countInBatches(plan, records, sizes)
        expect(parted.summaries).toEqual(whole.summaries)
        expect(parted.state.fields(1e9)).toEqual(whole.state.fields(1e9))
      })
    )
  })

  test('counts each record once: every summary is what its records say, and each begins where the last one ended', () => {
    fc.assert(
      fc.property(notedRecords(2), sizes, (records, sizes) => {
        const { summaries, state } = countInBatches(new SummaryPlan(NAMES, 25), records, sizes)
        let first = 0
        for (const summary of summaries) {
          expect(summary.first).toBe(first)
          const inside = records.filter(({ offset }) => offset >= first && offset < summary.next)
          const { records: counts, dimensions, buckets } = naiveCounts(inside)
          expect(summary).toMatchObject({ records: counts, dimensions })
          expect(summary.latencyMs?.buckets ?? []).toEqual(buckets)
          if (summary.cut === 'records') expect(counts.processed).toBe(25)
          first = summary.next
        }
        expect(state.first).toBe(first)
        expect(state.records).toBe(records.filter(({ offset }) => offset >= first).length)
      })
    )
  })

  test('is cut right behind the last of so many processed records, and not for others', () => {
    const records = Array.from({ length: 45 }, (_, offset) => ({
      ...processed(offset, 'a', 'b'),
      outcome: offset % 2 === 0 ? PROCESSED : FILTERED
    }))
    const { summaries, state } = countInBatches(new SummaryPlan(NAMES, 10), records, [7])
    expect(summaries.map(({ first, next, cut }) => [first, next, cut])).toEqual([
      [0, 19, 'records'],
      [19, 39, 'records']
    ])
    expect([state.first, state.next, state.processed]).toEqual([39, 45, 3])
  })

  test('keeps 16 values a dimension, the first that came, and counts all others together', () => {
    const records = Array.from({ length: 40 }, (_, offset) => processed(offset, `v${offset % 20}`, 'x'))
    const { summaries } = countInBatches(new SummaryPlan(NAMES, 40), records, [9])
    const { values, other } = summaries[0].dimensions.device_type
    expect([Object.keys(values), other]).toEqual([Array.from({ length: 16 }, (_, value) => `v${value}`), 8])
  })

  test('goes on after a split in the middle of a batch with what the first part has counted', () => {
    fc.assert(
      fc.property(notedRecords(2, 50), fc.nat(), (records, pick) => {
        const plan = new SummaryPlan(NAMES, 1000)
        const fold = new SummaryFold(plan)
        const slab = countedSlab(records, 2)
        const at = pick % (records.length + 1)
        const before = new SummaryState(plan, 0)
        const middle = fold.after(before, slab, 0, at)
        const end = fold.after(middle, slab, at, records.length)
        expect(before.records).toBe(0)
        expect(middle.records).toBe(at)
        expect(end.fields(1e9)).toEqual(fold.after(before, slab, 0, records.length).fields(1e9))
      })
    )
  })
})
