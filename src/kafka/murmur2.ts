const MULTIPLIER = 0x5bd1e995
const SEED = 0x9747b28c

/** The hash that Java clients place keyed records by, of the bytes from `start` to `end`; a 32-bit signed number. */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start)
  let at = start
  for (; at + 4 <= end; at += 4) {
    let word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    word = Math.imul(word, MULTIPLIER)
    word ^= word >>> 24
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER)
  }
  const rest = end - at
  if (rest > 2) hash ^= bytes[at + 2] << 16
  if (rest > 1) hash ^= bytes[at + 1] << 8
  if (rest > 0) hash = Math.imul(hash ^ bytes[at], MULTIPLIER)
  hash ^= hash >>> 13
  hash = Math.imul(hash, MULTIPLIER)
  return hash ^ (hash >>> 15)
}
