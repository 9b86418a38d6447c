import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PROCESSED } from '../../../src/slabs/outcomes.ts'
import { commitMetadataText, parseCommitMetadata } from '../../../src/offsets/commit-metadata.ts'
import { MAX_STATE_BYTES, SummaryPlan } from '../../../src/summaries/plan.ts'
import { summaryKeyText } from '../../../src/summaries/summary-record.ts'
import { SummaryFold } from '../../../src/summaries/summary-fold.ts'
import { SummaryState } from '../../../src/summaries/summary-state.ts'
import { countedSlab, countInBatches, notedRecords } from '../../fixtures/counted-slab.ts'

const EIGHT = Array.from({ length: 8 }, (_, index) => `dimension_${index}`.padEnd(40, '-'))
const throughText = (state: SummaryState, at: number): unknown => JSON.parse(JSON.stringify(state.fields(at)))

/** Terms as long as they can be, of what takes most bytes. */
const longTerms = fc.array(
  fc.record({
    terms: fc.array(
      fc.tuple(fc.constantFrom('"', 'ö', '漢', 'x'), fc.nat(40)).map(([unit, number]) => `${number}${unit.repeat(60)}`),
      { minLength: 8, maxLength: 8 }
    ),
    latencyMs: fc.integer({ min: 0, max: 2 ** 40 })
  }),
  { minLength: 1, maxLength: 60 }
)

describe('what has been counted', () => {
  test('reads back from what stands beside an offset, and goes on to the same summaries', () => {
    fc.assert(
      fc.property(notedRecords(2), notedRecords(2), fc.integer({ min: 10, max: 40 }), (records, more, every) => {
        const plan = new SummaryPlan(['device_type', 'locale'], every)
        const { state } = countInBatches(plan, records, [13])
        const at = state.next + 3
        const fields = state.fields(at)
        fc.pre(fields !== undefined)
        const again = SummaryState.read(plan, throughText(state, at), at) as SummaryState
        expect(again.fields(at)).toEqual(fields)

        const slab = countedSlab(
          more.map(record => ({ ...record, offset: record.offset + at })),
          2
        )
        const [here, there] = [state.snapshot(), again]
        const fold = new SummaryFold(plan)
        expect(fold.add(there, slab, 0, more.length)).toBe(fold.add(here, slab, 0, more.length))
        expect(there.fields(1e9)).toEqual(here.fields(1e9))
      })
    )
  })

  test('never takes more than 3,500 bytes: the summary is cut before', () => {
    fc.assert(
      fc.property(longTerms, records => {
        const plan = new SummaryPlan(EIGHT, 1_000_000)
        const fold = new SummaryFold(plan)
        let state = new SummaryState(plan, 2 ** 52)
        const noted = records.map((record, index) => ({
          ...record,
          offset: 2 ** 52 + index,
          outcome: PROCESSED,
          timestampMs: 2 ** 52
        }))
        const slab = countedSlab(noted, 8)
        let longest = 0
        for (let at = 0; at < noted.length;) {
          const stopped = fold.add(state, slab, at, noted.length)
          expect(stopped).toBeGreaterThan(at)
          longest = Math.max(longest, Buffer.byteLength(JSON.stringify(state.fields(2 ** 53 - 1))))
          if (stopped < noted.length) state = new SummaryState(plan, state.next)
          at = stopped
        }
        expect(longest).toBeLessThanOrEqual(MAX_STATE_BYTES)
      })
    )
  })

  test('cuts for its size where it does whatever the latencies are: a run that comes later cuts at the same place', () => {
    fc.assert(
      fc.property(longTerms, fc.infiniteStream(fc.nat(2 ** 40)), (records, latencies) => {
        const plan = new SummaryPlan(EIGHT, 1_000_000)
        const cuts = (latencyOf: (record: (typeof records)[number]) => number) => {
          const noted = records.map((record, offset) => ({
            terms: record.terms,
            latencyMs: latencyOf(record),
            offset,
            outcome: PROCESSED,
            timestampMs: 0
          }))
          return countInBatches(plan, noted, [60]).summaries.map(({ next }) => next)
        }
        const first = cuts(({ latencyMs }) => latencyMs)
        expect(cuts(() => latencies.next().value as number)).toEqual(first)
      })
    )
  })

  test('always fits the metadata of a commit, whatever else stands there', () => {
    const largest = Number.MAX_SAFE_INTEGER
    const text = commitMetadataText({
      attempts: largest,
      named: { offset: largest - 2, until: largest, deaths: largest, running: true },
      convicted: Array.from({ length: 100 }, () => largest),
      summary: { text: 'x'.repeat(MAX_STATE_BYTES - '{"text":""}'.length) },
      others: { big: 'x'.repeat(1000) }
    }) as string
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4095)
    expect(parseCommitMetadata(text).summary).toBeDefined()
  })

  test('is nothing where nothing has been counted since the offset', () => {
    const plan = new SummaryPlan(['locale'], 10)
    const state = new SummaryState(plan, 7)
    expect([state.fields(7), state.fields(8)?.first]).toEqual([undefined, 7])
    expect(SummaryState.read(plan, throughText(state, 8), 8)?.first).toBe(7)
  })

  test('belongs to its offset: beside another one it is not read', () => {
    const plan = new SummaryPlan(['locale'], 10)
    const fields = throughText(new SummaryState(plan, 7), 9)
    expect(SummaryState.read(plan, fields, 9)).toBeDefined()
    expect(SummaryState.read(plan, fields, 10)).toBeUndefined()
  })

  test('outlives other settings: dimensions that are gone are left out, and what is too much now is cut at once', () => {
    const slab = countedSlab(
      Array.from({ length: 12 }, (_, offset) => ({
        offset,
        outcome: PROCESSED,
        terms: [`d${offset}`, 'RU'],
        latencyMs: 1,
        timestampMs: 5
      })),
      2
    )
    const before = new SummaryState(new SummaryPlan(['device_type', 'locale'], 100), 0)
    new SummaryFold(before.plan).add(before, slab, 0, 12)
    const fields = throughText(before, 12)
    const after = SummaryState.read(new SummaryPlan(['locale', 'app_version'], 10), fields, 12) as SummaryState
    expect([after.isFull, after.processed, after.values]).toEqual([true, 12, [['RU'], []]])
    expect(after.fields(12)?.dimensions).toEqual({ locale: [['RU'], [12], 0] })
  })

  test.each([
    'text',
    {},
    { at: 9 },
    { at: 9, first: 0, next: 9, records: [1, 2, 3], times: [0, 0], latency: '', dimensions: {} },
    { at: 9, first: 0, next: 10, records: [1, 2, 3, 4], times: [0, 0], latency: '', dimensions: {} },
    { at: 9, first: 9, next: 8, records: [1, 2, 3, 4], times: [0, 0], latency: '', dimensions: {} },
    { at: 9, first: 0, next: 9, records: [1, 2, 3, -4], times: [0, 0], latency: '', dimensions: {} },
    { at: 9, first: 0, next: 9, records: [1, 2, 3, 4], times: [0, 0], latency: 'no', dimensions: {} },
    {
      at: 9,
      first: 0,
      next: 9,
      records: [1, 2, 3, 4],
      times: [0, 0],
      latency: '',
      dimensions: { locale: [['a'], [], 0] }
    },
    { at: 9, first: 0, next: 9, records: [1, 2, 3, 4], times: [0, 0], latency: '', dimensions: { locale: 7 } }
  ])('that somebody else has written is not read: %j', fields => {
    expect(SummaryState.read(new SummaryPlan(['locale'], 10), fields, 9)).toBeUndefined()
  })

  test('is found under a key that says whose it is', () => {
    const state = new SummaryState(new SummaryPlan([], 10), 7)
    const source = { pipeline: 'user-login', group: 'g', topic: 'logins', partition: 3 }
    expect(JSON.parse(summaryKeyText(source, state))).toEqual({ ...source, first: 7 })
  })
})
