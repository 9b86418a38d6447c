const GOLDEN_RATIO = 0x9e3779b9

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * Random numbers that depend on a seed and on a number alone, so that the i-th sample is the same whatever was drawn
 * before it. Repeatable, and good enough to look random; not for secrets.
 */
export class NumberedRandom {
  readonly #seed: number
  #state = 0

  constructor(seed: number, number = 0) {
    this.#seed = mix(seed)
    this.restart(number)
  }

  /** Begins with the first random number of another number, under the same seed. */
  restart(number: number): void {
    this.#state = this.#seed ^ mix(number % 2 ** 32) ^ mix(Math.floor(number / 2 ** 32) + GOLDEN_RATIO)
  }

  /** A whole number of 32 bits. */
  next(): number {
    this.#state = (this.#state + GOLDEN_RATIO) | 0
    return mix(this.#state)
  }

  /** From 0 up to 1, without 1. */
  fraction(): number {
    return this.next() / 2 ** 32
  }

  /** A whole number from 0 up to `limit`, without it. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]
  }

  /** A UUID of version 4. */
  uuid(): string {
    const second = (this.next() & 0xffff0fff) | 0x4000
    const third = (this.next() & 0x3fffffff) | 0x80000000
    return `${hex32(this.next())}-${hex16(second >>> 16)}-${hex16(second)}-${hex16(third >>> 16)}-${hex16(third)}${hex32(this.next())}`
  }
}

function hex16(bits: number): string {
  return hexadecimal[(bits >>> 8) & 0xff] + hexadecimal[bits & 0xff]
}

function hex32(bits: number): string {
  return hex16(bits >>> 16) + hex16(bits)
}

/** Spreads every bit of the input over all 32 of the result. */
function mix(bits: number): number {
  let mixed = bits | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

/** A list for `pick`: each item as many times as its weight says. */
export function weighted<Item extends string>(weights: Readonly<Record<Item, number>>): readonly Item[] {
  return Object.entries<number>(weights).flatMap(([item, weight]) => Array<Item>(weight).fill(item as Item))
}
