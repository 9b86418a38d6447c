/** The same byte four times. */
const BACKSLASHES = 0x5c5c5c5c
/** Makes 0x20 of the quote, and so leaves below 0x21 what JSON escapes but for the backslash, and nothing else. */
const QUOTE_FLIP = 0x02020202
/** Added to ASCII, these set a byte's highest bit: the first from 0x21 on, the second unless the byte is 0. */
const FROM_21 = 0x5f5f5f5f
const UNLESS_ZERO = 0x7f7f7f7f
const HIGHEST_BITS = 0x80808080 | 0

/**
 * Whether these bytes, which are ASCII, stand in a string of JSON as they are: no quotes, no backslashes, no control
 * characters. Four bytes at a time take a third of what single ones take.
 */
export function isPlainText(view: DataView, start: number, end: number): boolean {
  let plain = HIGHEST_BITS
  let at = start
  for (; at + 4 <= end; at += 4) plain &= plainBits(view.getInt32(at, true))
  if (at < end) plain &= end - start >= 4 ? plainBits(view.getInt32(end - 4, true)) : shortPlainBits(view, at, end)
  return plain === HIGHEST_BITS
}

/** The highest bit of each byte that is plain; other bits say nothing. */
function plainBits(four: number): number {
  return ((four ^ QUOTE_FLIP) + FROM_21) & ((four ^ BACKSLASHES) + UNLESS_ZERO)
}

/** One to three bytes, each four times. */
function shortPlainBits(view: DataView, start: number, end: number): number {
  let plain = HIGHEST_BITS
  for (let at = start; at < end; at++) plain &= plainBits(Math.imul(view.getUint8(at), 0x01010101))
  return plain
}
