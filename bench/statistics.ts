/** The middle of several measurements, and how far apart the others lie. */
export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: percentile(sorted, 50), lowest: sorted[0], highest: sorted[sorted.length - 1] }
}

/**
 * The smallest value that this share of all values does not exceed (nearest rank); NaN if there are none.
 * `sorted` is in ascending order, `share` in percent.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil((share / 100) * sorted.length)
  return sorted.length === 0 ? NaN : sorted[Math.max(rank, 1) - 1]
}
