/*
 * A plain byte is one that stands for itself in a JSON string: ASCII, no control character, neither quote nor backslash.
 * Four bytes are looked at at once, each in its own eight bits of an integer. A sum below carries into the next eight
 * only from a byte of 0x80 or more: what it spoils stands behind one that is not plain.
 */

const HIGH_BITS = -0x7f7f7f80

/** The place of the first byte from `at` on that is not plain, or `end`. */
export function plainEnd(view: DataView, at: number, end: number): number {
  let place = at
  for (const last = end - 8; place <= last; place += 8) {
    const first = plainBits(view.getInt32(place, true))
    const second = plainBits(view.getInt32(place + 4, true))
    if ((first & second) === HIGH_BITS) continue
    return first === HIGH_BITS ? place + 4 + lowestUnset(second) : place + lowestUnset(first)
  }
  while (place < end && isPlain(view.getUint8(place))) place++
  return place
}

/** The highest bit of each byte is set if it and those below it are plain. */
function plainBits(word: number): number {
  // 0x22 ^ 2 is 0x20: so a quote is found together with what is below the blank. From 0x80 on one of the two has no bit.
  const noQuoteOrControl = (word ^ 0x02020202) + 0x5f5f5f5f
  const noBackslash = (word ^ 0x5c5c5c5c) + 0x7f7f7f7f
  return noQuoteOrControl & noBackslash & HIGH_BITS
}

/** Of four bytes, which is the first without its highest bit. */
function lowestUnset(bits: number): number {
  const unset = ~bits & HIGH_BITS
  return (31 - Math.clz32(unset & -unset)) >>> 3
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c
}
