/** Longer ones are no copies but slices of the record's text, which cost little. */
export const MAX_SHORT_BYTES = 12
const ENTRIES = 512
const WORDS = 4
/** So often a field's value is looked up before it is asked whether that is worth it. */
const TRIAL = 256

/** How often the values of one field have been found. */
export interface ShortStringUse {
  found: number
  missed: number
  /** Whether its values come again often enough, as versions, countries and types of devices do. */
  pays: boolean
}

export function shortStringUse(): ShortStringUse {
  return { found: 0, missed: 0, pays: true }
}

/**
 * Short strings that came lately: the same string again costs no copy, and has its hash when it is looked up in a set.
 *
 * A string is known by the twelve bytes of the record that end where it ends. They tell it from every other one: up to
 * eleven bytes of it have its opening quote among them, and no plain string has a quote in it.
 */
export class ShortStrings {
  readonly #words = new Int32Array(ENTRIES * WORDS)
  readonly #strings: string[] = Array.from({ length: ENTRIES }, () => '')

  /** What `text` has from `from` to `to`; `end` is where that ends in `view`, twelve bytes or more behind its start. */
  take(view: DataView, end: number, text: string, from: number, to: number, use: ShortStringUse): string {
    if (to - from > MAX_SHORT_BYTES) {
      countMiss(use)
      return text.substring(from, to)
    }
    const first = view.getInt32(end - 12, true)
    const second = view.getInt32(end - 8, true)
    const third = view.getInt32(end - 4, true)
    const entry = entryOf(first, second, third)
    const words = this.#words
    const place = entry * WORDS
    if (words[place] === first && words[place + 1] === second && words[place + 2] === third) {
      use.found++
      return this.#strings[entry]
    }
    countMiss(use)
    words[place] = first
    words[place + 1] = second
    words[place + 2] = third
    return (this.#strings[entry] = text.substring(from, to))
  }
}

/** A field of which less than half was found is left alone from then on. */
function countMiss(use: ShortStringUse): void {
  if (++use.missed < TRIAL) return
  use.pays = use.found > use.missed
  use.found = 0
  use.missed = 0
}

function entryOf(first: number, second: number, third: number): number {
  const mixed = Math.imul(first, 0x85ebca6b) ^ Math.imul(second, 0xc2b2ae35) ^ third
  return Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) >>> 23
}
