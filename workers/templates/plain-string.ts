import { HIGHEST_BITS, plainBits } from '../../src/slabs/plain-text.ts'

/** The place of the first byte from `at` on that does not stand for itself in a string of JSON or is not ASCII, or `end`. */
export function plainEnd(view: DataView, at: number, end: number): number {
  let place = at
  for (const last = end - 8; place <= last; place += 8) {
    const first = plainBits(view.getInt32(place, true))
    const second = plainBits(view.getInt32(place + 4, true))
    if ((first & second & HIGHEST_BITS) === HIGHEST_BITS) continue
    const found = firstOther(first)
    return found < 4 ? place + found : place + 4 + firstOther(second)
  }
  while (place < end && isPlain(view.getUint8(place))) place++
  return place
}

/** Of four bytes, the first that is not plain; 4 if all are. Those below it have carried nothing into it. */
function firstOther(bits: number): number {
  const others = ~bits & HIGHEST_BITS
  return others === 0 ? 4 : (31 - Math.clz32(others & -others)) >>> 3
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c
}
