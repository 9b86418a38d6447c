/**
 * Levenshtein distance: how many letters must be inserted, removed or replaced to make one word of the other. What
 * is more than `within` is some number above it: most words have shown that much after a few letters.
 */
export function editDistance(from: string, to: string, within = Infinity): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column] + 1, current[column - 1] + 1))
    }
    if (Math.min(...current) > within) return Infinity
    previous = current
  }
  return previous[to.length]
}

/** The word nearest to this one, if any is within the distance. */
export function nearest(word: string, candidates: Iterable<string>, within: number): string | undefined {
  let best: string | undefined
  let bestDistance = within + 1
  for (const candidate of candidates) {
    // The distance is never less than the difference in length, which is far cheaper to know.
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = editDistance(word, candidate, within)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}
