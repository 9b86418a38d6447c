/**
 * Latencies in classes that grow with them, four to a doubling, so that a class tells its latencies to a quarter. Two of
 * these histograms are merged by adding them class by class.
 *
 * Class 0 holds what is 0 ms or less: events of a clock that runs ahead. Class `1 + 4e + q` begins at `2^e (1 + q/4)` ms.
 */
export const LATENCY_CLASSES = 170
/** Of a record without a time of its own. */
export const NO_LATENCY = 255

/** The class of a latency in whole milliseconds. */
export function latencyClass(latencyMs: number): number {
  if (latencyMs < 1) return 0
  // 2^32 ms are 50 days; beyond that the same by division.
  const shift = latencyMs < 4_294_967_296 ? 0 : 16
  const ms = shift === 0 ? latencyMs : latencyMs / 65_536
  const exponent = 31 - Math.clz32(ms)
  // The two bits behind the highest one.
  const quarter = (exponent < 2 ? ms << (2 - exponent) : ms >>> (exponent - 2)) & 3
  return Math.min(LATENCY_CLASSES - 1, 1 + 4 * (exponent + shift) + quarter)
}

/** The lowest latency of a class in milliseconds; 0 stands for all that is less, too. */
export function classStartMs(latencyClass: number): number {
  if (latencyClass === 0) return 0
  const exponent = (latencyClass - 1) >> 2
  return 2 ** exponent * (1 + ((latencyClass - 1) & 3) / 4)
}

export type LatencyCounts = ArrayLike<number>

/** Where the class begins in which the latency lies that this share of records stayed below or at; undefined without any. */
export function percentileMs(counts: LatencyCounts, percent: number): number | undefined {
  let total = 0
  for (let index = 0; index < LATENCY_CLASSES; index++) total += counts[index]
  if (total === 0) return undefined
  const rank = Math.max(1, Math.ceil((total * percent) / 100))
  let seen = 0
  let at = 0
  while ((seen += counts[at]) < rank) at++
  return classStartMs(at)
}

/** As readers get it: where a class begins and how many records are in it, in rising order. */
export function latencyBuckets(counts: LatencyCounts): [startMs: number, records: number][] {
  const buckets: [number, number][] = []
  for (let index = 0; index < LATENCY_CLASSES; index++) {
    if (counts[index] > 0) buckets.push([classStartMs(index), counts[index]])
  }
  return buckets
}

/** One of two summaries' `latencyBuckets`, for whoever adds summaries up. */
export function mergeBuckets(
  ...all: readonly (readonly (readonly [number, number])[])[]
): [startMs: number, records: number][] {
  const sums = new Map<number, number>()
  for (const [startMs, records] of all.flat()) sums.set(startMs, (sums.get(startMs) ?? 0) + records)
  return [...sums].sort(([a], [b]) => a - b)
}

const RADIX = 36

/** Short text: the first class that holds anything, and the counts from there on; an empty count is 0. */
export function latencyText(counts: LatencyCounts): string {
  let first = 0
  let end = LATENCY_CLASSES
  while (end > 0 && counts[end - 1] === 0) end--
  if (end === 0) return ''
  while (counts[first] === 0) first++
  const parts = Array.from({ length: end - first }, (_, index) => digits(counts[first + index]))
  return `${first.toString(RADIX)}:${parts.join(',')}`
}

/** Adds what the text says to `counts`. Answers false where it is none of ours. */
export function readLatencyText(text: string, counts: Uint32Array): boolean {
  if (text === '') return true
  const match = /^([0-9a-z]{1,2}):((?:[0-9a-z]{0,7},)*[0-9a-z]{1,7})$/.exec(text)
  if (match === null) return false
  const first = Number.parseInt(match[1], RADIX)
  const parts = match[2].split(',')
  if (first + parts.length > LATENCY_CLASSES) return false
  for (const [index, part] of parts.entries()) if (part !== '') counts[first + index] += Number.parseInt(part, RADIX)
  return true
}

/** What `latencyText` takes at the most for so many records: a bound that does not depend on their latencies. */
export function latencyTextBytes(records: number): number {
  const filled = Math.min(LATENCY_CLASSES, records)
  if (filled === 0) return 0
  // A count has a digit more where it is 36, and another one where it is 1296; only so many can be that large.
  let bytes = 3 + (LATENCY_CLASSES - 1) + filled
  for (let power = RADIX; power <= records; power *= RADIX) bytes += Math.min(filled, Math.floor(records / power))
  return bytes
}

function digits(count: number): string {
  return count === 0 ? '' : count.toString(RADIX)
}
