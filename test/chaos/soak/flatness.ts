import { spreadOf } from '../../../src/benchmark/statistics.ts'

/** What may grow between the middle third of a soak and its last one: so much of it, or so much in all. */
export interface GrowthBound {
  readonly share: number
  readonly atLeast: number
}

export interface Flatness {
  /** Medians of the three thirds; the first one is the warm-up, and counts for nothing. */
  readonly medians: readonly [number, number, number]
  readonly growth: number
  readonly bound: number
  readonly flat: boolean
  /** The median of the slopes between all pairs of samples after the warm-up (Theil and Sen), a sample's distance each. */
  readonly slope: number
}

/** Whether values taken at equal distances stay level once the first third is over. At least three of them. */
export function flatnessOf(values: readonly number[], { share, atLeast }: GrowthBound): Flatness {
  const third = Math.floor(values.length / 3)
  if (third === 0) throw new Error(`${values.length} samples are too few to tell whether they are flat`)
  const warm = values.slice(values.length - 2 * third)
  const medians = [
    medianOf(values.slice(0, values.length - 2 * third)),
    medianOf(warm.slice(0, third)),
    medianOf(warm.slice(third))
  ] as const
  const growth = medians[2] - medians[1]
  const bound = Math.max(share * medians[1], atLeast)
  return { medians, growth, bound, flat: growth <= bound, slope: slopeOf(warm) }
}

function slopeOf(values: readonly number[]): number {
  const slopes: number[] = []
  for (let from = 0; from < values.length; from++) {
    for (let to = from + 1; to < values.length; to++) slopes.push((values[to] - values[from]) / (to - from))
  }
  return slopes.length === 0 ? 0 : medianOf(slopes)
}

function medianOf(values: readonly number[]): number {
  return spreadOf(values).median
}
