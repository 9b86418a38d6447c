import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Header } from '../../src/slabs/layout.ts'
import { PROCESSED } from '../../src/slabs/outcomes.ts'
import type { Slab } from '../../src/slabs/slab.ts'
import { latencyClass, NO_LATENCY } from '../../src/summaries/histogram.ts'
import { act, type Given, NOW_MS, resultsOf, runnerWith, slabWith, usualShape } from '../fixtures/run-probe.ts'

const DIMENSIONS = ['act', 'parity']
const shape = { ...usualShape, dimensions: DIMENSIONS.length }

/** What stands in the slab for each record that is processed. */
const notesIn = (slab: Slab, records = slab.records) =>
  Array.from({ length: records }, (_, record) => {
    if (slab.outcome[record] !== PROCESSED) return undefined
    const terms = DIMENSIONS.map((_, dimension) => slab.dimensionTerm[dimension * slab.shape.records + record])
    return [...terms.map(term => (term === 0 ? undefined : slab.termText(term))), slab.latency[record]]
  })

const runners = [runnerWith({ tombstones: 'pass' }), runnerWith({ tombstones: 'pass' })] as const

function runWhole(records: readonly Given[], more = {}): Slab {
  const slab = slabWith(records, { ...shape, ...more })
  runners[0].run(slab, 0, false, NOW_MS)
  return slab
}

const given = fc.oneof(
  fc.record({ seq: fc.nat(9), note: fc.string({ maxLength: 40 }) }).map(fields => act('emit', fields)),
  fc.nat(9).map(seq => act('look', { seq })),
  fc.constantFrom<Given>(
    act('filter'),
    act('throw'),
    { value: 'no JSON' },
    { value: null },
    act('times', { note: '3' })
  )
)

describe('what a worker notes of a record', () => {
  test('is the text of its dimensions, written once, and the class of its latency', () => {
    const slab = runWhole([
      act('emit', { seq: 1, atMs: NOW_MS - 300 }),
      act('emit', { seq: 2, atMs: NOW_MS + 5000 }),
      act('filter'),
      act('look', { seq: 3 }),
      { value: null }
    ])
    expect(notesIn(slab)).toEqual([
      ['emit', '1', latencyClass(300)],
      ['emit', '0', 0],
      undefined,
      ['look', '1', NO_LATENCY],
      [undefined, undefined, NO_LATENCY]
    ])
    expect(slab.terms).toBe(4)
  })

  test('is not written where nobody counts', () => {
    const slab = slabWith([act('emit')], usualShape)
    runnerWith().run(slab, 0, false, NOW_MS)
    expect([slab.terms, slab.dimensionTerm.length]).toEqual([0, 0])
  })

  test('is the same whether the slab runs at once, in parts, on several threads or again after an overflow', () => {
    fc.assert(
      fc.property(
        fc.array(given, { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }),
        fc.integer({ min: 1200, max: 4000 }),
        (records, parts, outputBytes) => {
          const whole = runWhole(records)
          const slab = slabWith(records, { ...shape, outputBytes })
          const notes: unknown[] = []
          for (let from = 0, part = 0; from < records.length; part++) {
            const until = Math.min(records.length, from + parts[part % parts.length])
            slab.rewindOutput(slab.outputMark)
            // Each part may be another thread's, which knows nothing of the terms that are there.
            runners[part % 2].run(slab, from, false, NOW_MS, until)
            const stopped = slab.header[Header.STOPPED_AT]
            notes.push(...notesIn(slab).slice(from, stopped))
            if (stopped < until) slab.clearOutput()
            from = stopped
          }
          expect(notes).toEqual(notesIn(whole))
          expect(resultsOf(slab)).toEqual(resultsOf(whole))
        }
      )
    )
  })

  test('of a part that was forgotten, as its worker died, is forgotten with it', () => {
    const slab = slabWith([act('emit', { seq: 1 }), act('look', { seq: 2 })], shape)
    const runner = runnerWith()
    runner.run(slab, 0, false, NOW_MS, 1)
    const mark = slab.outputMark
    runner.run(slab, 1, false, NOW_MS, 2)
    expect(slab.terms).toBe(4)
    slab.rewindOutput(mark)
    expect([slab.terms, notesIn(slab, 1)]).toEqual([2, [['emit', '1', NO_LATENCY]]])
  })

  test('that does not fit stops the run like rows that do not fit: the record runs again', () => {
    const records = [act('emit', { seq: 1 }), act('emit', { seq: 2 })]
    const { header, places } = runWhole(records)
    const bytes = header[Header.OUTPUT_END] - places.output
    const slab = runWhole(records, { outputBytes: bytes - 1 })
    expect([slab.header[Header.STOPPED_AT], slab.rows, slab.terms]).toEqual([1, 1, 2])
    const fits = runWhole(records, { outputBytes: bytes })
    expect(fits.header[Header.STOPPED_AT]).toBe(2)
  })

  test('may come from a clock that breaks, and the record stays what it is', () => {
    const slab = runWhole([act('emit', { seq: 1, note: 'breaks the clock' })])
    expect(notesIn(slab)).toEqual([['emit', '1', NO_LATENCY]])
  })
})
