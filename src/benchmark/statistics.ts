/** The middle of several measurements, and how far apart the others lie. */
export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: medianOf(sorted), lowest: sorted[0], highest: sorted[sorted.length - 1] }
}

/** Between the two in the middle where there is no single one. */
function medianOf(sorted: readonly number[]): number {
  const upper = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2
}

/**
 * The smallest value that this share of all values does not exceed (nearest rank); NaN if there are none.
 * `sorted` is in ascending order, `share` in percent.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil((share / 100) * sorted.length)
  return sorted.length === 0 ? NaN : sorted[Math.max(rank, 1) - 1]
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort()
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), p999: percentile(sorted, 99.9) }
}
