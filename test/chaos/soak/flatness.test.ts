import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flatnessOf } from './flatness.ts'

const bound = { share: 0.05, atLeast: 4 }
const noise = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 30, maxLength: 90 })

describe('flatnessOf', () => {
  test('what wavers around a level is flat, whatever it did while it was warming up', () => {
    fc.assert(
      fc.property(noise, fc.double({ min: -200, max: 200, noNaN: true }), (wavering, warmUp) => {
        const third = Math.floor(wavering.length / 3)
        const values = wavering.map((by, index) => 100 + by + (index < wavering.length - 2 * third ? warmUp : 0))
        expect(flatnessOf(values, bound).flat).toBe(true)
      })
    )
  })

  test('what grows steadily by more than the bound is not', () => {
    fc.assert(
      fc.property(noise, wavering => {
        const third = Math.floor(wavering.length / 3)
        const values = wavering.map((by, index) => 100 + by + (index * 20) / third)
        const { flat, slope } = flatnessOf(values, bound)
        expect(flat).toBe(false)
        expect(slope).toBeGreaterThan(0)
      })
    )
  })

  test('the bound is a share of the middle, or an amount where that is more', () => {
    const values = [0, 0, 100, 100, 105, 105]
    expect(flatnessOf(values, bound)).toMatchObject({ medians: [0, 100, 105], growth: 5, bound: 5, flat: true })
    expect(flatnessOf(values, { share: 0.01, atLeast: 4 })).toMatchObject({ bound: 4, flat: false })
  })

  test('too few samples tell nothing', () => {
    expect(() => flatnessOf([1, 2], bound)).toThrow('2 samples are too few')
  })
})
