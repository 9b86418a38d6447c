import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Parts } from '../../../src/pool/parts.ts'
import type { Stood } from '../../../src/pool/worker-death.ts'

const at = (record: number): Stood => ({ place: 'at', record })
const AFTER: Stood = { place: 'after' }
const BEFORE: Stood = { place: 'before' }

/** Runs all records; `deathIn` says how the worker of a part dies, if it does. Answers the parts and the convicted. */
function play(records: number, deathIn: (from: number, end: number, judged: ReadonlySet<number>) => Stood | undefined) {
  const parts = new Parts()
  const runs: string[] = []
  const judged = new Set<number>()
  for (let from = 0; from < records;) {
    if (runs.length > 10_000) throw new Error('it never comes to an end')
    const end = parts.endOf(from, records)
    runs.push(`${from}-${end}`)
    const stood = deathIn(from, end, judged)
    if (stood === undefined) {
      parts.done()
      from = end
    } else {
      const consequence = parts.died(from, end, stood)
      if (consequence === 'give up') return { runs, judged: [...judged], gaveUp: true }
      if (consequence === 'convict') judged.add(from)
    }
  }
  return { runs, judged: [...judged], gaveUp: false }
}

describe('Parts', () => {
  test('where nobody dies there is one', () => {
    expect(play(512, () => undefined).runs).toEqual(['0-512'])
  })

  test('a record that kills costs four runs, and is judged when it has killed alone', () => {
    const { runs, judged } = play(512, (from, end, judged) =>
      from <= 200 && end > 200 && !judged.has(200) ? at(200) : undefined
    )
    expect([runs, judged]).toEqual([['0-512', '0-200', '200-201', '200-512'], [200]])
  })

  test('a slab of one record runs it twice', () => {
    expect(play(1, (_, __, judged) => (judged.has(0) ? undefined : at(0)))).toMatchObject({
      runs: ['0-1', '0-1', '0-1'],
      judged: [0]
    })
  })

  test('one that is blamed before an earlier one is blamed has its turn again', () => {
    const deaths = [at(5), at(2)]
    expect(play(8, () => deaths.shift()).runs).toEqual(['0-8', '0-5', '0-2', '2-3', '3-5', '5-6', '6-8'])
  })

  test('whoever dies after the last record is found by halving, 512 records in some twenty runs', () => {
    const { runs, judged } = play(512, (from, end, judged) =>
      from <= 77 && end > 77 && !judged.has(77) ? AFTER : undefined
    )
    expect(judged).toEqual([77])
    expect(runs.length).toBeLessThan(22)
  })

  test('a death before the first record is no record’s, but three in a row are too many', () => {
    const twice = [BEFORE, BEFORE, undefined]
    expect(play(4, () => twice.shift())).toEqual({ runs: ['0-4', '0-4', '0-4'], judged: [], gaveUp: false })
    expect(play(4, () => BEFORE)).toMatchObject({ gaveUp: true })
  })

  test('a record that is moved to a slab of its own takes the suspicion along', () => {
    const parts = new Parts()
    parts.suspect(0)
    expect([parts.isSuspect(0), parts.endOf(0, 1), parts.died(0, 1, at(0))]).toEqual([true, 1, 'convict'])
  })

  test('whoever is blamed, rightly or not, all records are run, and nobody is judged who has not died alone', () => {
    const stood = fc.oneof(
      fc.constant(AFTER),
      fc.integer({ min: -3, max: 40 }).map(at),
      fc.constant(undefined),
      fc.constant(undefined)
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(stood, { maxLength: 60 }), (records, deaths) => {
        const alone = new Set<number>()
        const { runs, judged } = play(records, (from, end) => {
          const death = deaths.shift()
          if (death !== undefined && end === from + 1) alone.add(from)
          return death
        })
        expect(runs.at(-1)?.endsWith(`-${records}`)).toBe(true)
        expect(judged.filter(record => !alone.has(record))).toEqual([])
      })
    )
  })
})
