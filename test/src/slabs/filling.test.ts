import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Filling } from '../../../src/slabs/filling.ts'
import { Header, shapeOf } from '../../../src/slabs/layout.ts'
import { Slab } from '../../../src/slabs/slab.ts'

const RECORDS = 100
const shape = shapeOf(RECORDS, 100_000)
const slab = Slab.allocate(shape)

/** Runs a slab of so many records, each of which takes so much of the output arena. Answers where it stopped. */
function run(filling: Filling, bytesEach: number, records = filling.records): number {
  const until = Math.min(records, Math.floor(shape.outputBytes / bytesEach))
  slab.header[Header.RECORDS] = records
  slab.header[Header.ROWS] = until
  slab.header[Header.OUTPUT_END] = slab.places.output + until * bytesEach
  filling.learn(slab, until)
  return until
}

describe('Filling', () => {
  test('is whole while everything fits', () => {
    const filling = new Filling(RECORDS)
    for (let round = 0; round < 10; round++) expect(run(filling, 100)).toBe(RECORDS)
  })

  test('whatever a record takes, only the first slab overflows, and the next are as full as can be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: shape.outputBytes }), bytesEach => {
        const filling = new Filling(RECORDS)
        const fits = Math.min(RECORDS, Math.floor(shape.outputBytes / bytesEach))
        run(filling, bytesEach)
        for (let round = 0; round < 200; round++) {
          const { records } = filling
          expect(run(filling, bytesEach)).toBe(records)
        }
        expect(filling.records).toBeLessThanOrEqual(fits)
        expect(filling.records).toBeGreaterThanOrEqual(Math.max(1, Math.floor(fits * 0.8) - 1))
      })
    )
  })

  test('comes back when records take less again', () => {
    const filling = new Filling(RECORDS)
    run(filling, shape.outputBytes / 3)
    expect(filling.records).toBeLessThan(4)
    for (let round = 0; round < 200; round++) run(filling, 100)
    expect(filling.records).toBe(RECORDS)
  })

  test('learns nothing from slabs that are not full, of other sizes, or of which not one record fitted', () => {
    const filling = new Filling(RECORDS)
    run(filling, shape.outputBytes / 3)
    const before = filling.records
    run(filling, 1, 1)
    filling.learn(slab, 0)
    filling.learn(Slab.allocate({ ...shape, records: 1 }), 1)
    expect(filling.records).toBe(before)
  })
})
