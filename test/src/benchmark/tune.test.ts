import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gainOf, type Knob, LEAST_ROUNDS, leastTrials, tune, tuneKnob } from '../../../src/benchmark/tune.ts'
import type { Environment } from '../../../src/config/environment.ts'

const always = () => true
const values = (name: string, ...texts: string[]) => texts.map(text => ({ [name]: text }))

/** Costs by what is set, and trials counted. */
function bench(cost: (settings: Environment, trial: number) => number) {
  const tried: Environment[] = []
  const measure = async (settings: Environment) => {
    tried.push(settings)
    return cost(settings, tried.length)
  }
  return { tried, measure }
}

describe('one setting', () => {
  const candidates = values('WORKERS', '1', '3', '4')

  test('the cheapest value is chosen, with what it gains', async () => {
    const { measure } = bench(({ WORKERS = '2' }) => ({ 1: 20, 2: 10, 3: 8, 4: 9 })[WORKERS] ?? NaN)
    const finding = await tuneKnob({ name: 'WORKERS', candidates, measure }, {}, always)
    expect(finding).toMatchObject({ chosen: { WORKERS: '3' }, gain: expect.closeTo(0.2) as number })
  })

  test('it stays where nothing is cheaper', async () => {
    const { measure } = bench(({ WORKERS }) => (WORKERS === undefined ? 8 : 9))
    expect(await tuneKnob({ name: 'WORKERS', candidates, measure }, {}, always)).toMatchObject({
      chosen: undefined,
      gain: 0
    })
  })

  test('it is tried beside what was found before', async () => {
    const { tried, measure } = bench(() => 1)
    await tuneKnob({ name: 'WORKERS', candidates, measure }, { SLAB_RECORDS: '256' }, always)
    expect(tried.every(({ SLAB_RECORDS }) => SLAB_RECORDS === '256')).toBe(true)
    expect(tried.filter(({ WORKERS }) => WORKERS === undefined).length).toBeGreaterThanOrEqual(LEAST_ROUNDS)
  })

  test('those that do badly are left out, so fewer trials are made of them', async () => {
    const { tried, measure } = bench(({ WORKERS = '2' }) => Number(WORKERS))
    await tuneKnob({ name: 'WORKERS', candidates, measure }, {}, always)
    const trialsOf = (value: string) => tried.filter(({ WORKERS }) => WORKERS === value).length
    expect([trialsOf('1'), trialsOf('3'), trialsOf('4')]).toEqual([5, 2, 1])
  })

  test('where there is no time for enough trials it is not begun, and nothing is said of it', async () => {
    const { tried, measure } = bench(() => 1)
    const noTime = (trials: number) => trials < leastTrials(candidates.length)
    const finding = await tuneKnob({ name: 'WORKERS', candidates, measure }, {}, noTime)
    expect(finding).toEqual({ name: 'WORKERS', chosen: undefined, gain: 0, rounds: 0 })
    expect(tried).toEqual([])
  })
})

describe('a gain', () => {
  test('has to be there in every round', () => {
    expect(gainOf([10, 10, 10], [8, 8, 8])).toBeCloseTo(0.2)
    expect(gainOf([10, 10, 10], [8, 8, 10])).toBe(0)
  })

  test('has to be more than what the same trial differs by', () => {
    expect(gainOf([10, 12, 8], [9.5, 11.4, 7.6])).toBe(0)
    expect(gainOf([10, 10, 10], [9.8, 9.8, 9.8])).toBe(0)
  })

  test('is no more than the share that is saved', () => {
    const costs = fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 3, maxLength: 5 })
    fc.assert(
      fc.property(costs, costs, (stands, tuned) => {
        const gain = gainOf(stands, tuned.slice(0, stands.length))
        expect(gain === 0 || (gain >= 0.03 && gain < 1)).toBe(true)
      })
    )
  })
})

describe('all settings', () => {
  const knob = (name: string, measure: Knob['measure']): Knob => ({ name, candidates: values(name, 'a', 'b'), measure })

  /** Time passes with each trial. */
  async function tuned(cost: (settings: Environment, trial: number) => number, budgetTrials: number) {
    const { tried, measure } = bench(cost)
    const knobs = ['X', 'Y', 'Z'].map(name => knob(name, measure))
    const leftMs = () => (budgetTrials - tried.length) * 1000
    const result = await tune({ knobs, judgeOf: () => measure, leftMs, trialMs: () => 1000, told: () => undefined })
    return { ...result, tried }
  }

  test('the best of each comes together', async () => {
    const cost = ({ X, Y, Z }: Environment) => (X === 'a' ? 8 : 10) * (Y === 'b' ? 7 : 10) * (Z === undefined ? 1 : 2)
    const { settings, gain } = await tuned(cost, 100)
    expect(settings).toEqual({ X: 'a', Y: 'b' })
    expect(gain).toBeCloseTo(0.44)
  })

  test('what does not hold when it is tried again is not recommended', async () => {
    let trials = 0
    // Cheaper while it is looked for, and no more after that.
    const { settings, findings } = await tuned(({ X }) => (X === 'a' && ++trials <= 20 ? 5 : 10), 60)
    expect(findings[0].chosen).toEqual({ X: 'a' })
    expect(settings).toEqual({})
  })

  test('whatever the costs, there are no more trials than there is time for', async () => {
    const seeds = fc.infiniteStream(fc.double({ min: 1, max: 2, noNaN: true }))
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 80 }), async (costs, budget) => {
        const { tried } = await tuned(() => costs.next().value as number, budget)
        // Trying again what was found takes what was reserved for it, and six trials in any case.
        expect(tried.length).toBeLessThanOrEqual(Math.max(budget, budget * 0.8 + 2 * LEAST_ROUNDS))
      }),
      { numRuns: 200 }
    )
  })

  test('where trials differ by chance alone, the settings mostly stay', async () => {
    let state = 1
    const noise = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    let found = 0
    for (let run = 0; run < 200; run++) {
      const { settings } = await tuned(() => 10 * (1 + 0.1 * noise()), 60)
      if (Object.keys(settings).length > 0) found++
    }
    expect(found).toBeLessThan(20)
  })
})
