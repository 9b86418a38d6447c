import { drawNetwork } from './sample-addresses.ts'
import { NumberedRandom, weighted } from './sample-random.ts'
import { devicesOf, readUser, ROW_BYTES, writeUser, type SampleUser } from './sample-user-rows.ts'

/** So many users are kept at most, a power of two. */
const KEPT_USERS = 131_072

const deviceCounts = [1, 1, 1, 1, 1, 1, 2, 2, 2, 3]
const typesDrawn = weighted({ android: 11, iOS: 6, web: 3 })
const locales = weighted({
  RU: 12,
  US: 11,
  IN: 11,
  BR: 9,
  DE: 8,
  CN: 7,
  GB: 6,
  FR: 6,
  ID: 5,
  JP: 4,
  MX: 4,
  TR: 3,
  IT: 3,
  ES: 3,
  PL: 2,
  VN: 2,
  PH: 1,
  UA: 1,
  NG: 1,
  NE: 1
})

/**
 * The users, some of which log in far more often than others: by Zipf's law with an exponent of 0.8. Of 100,000 the
 * busiest one has one login in sixty, and one in a hundred of them have a third of all logins.
 */
export class SampleUsers {
  readonly bytes: Buffer
  /** Whose row each one is. */
  readonly #kept: Int32Array
  readonly #random: NumberedRandom
  readonly #rootSpan: number
  readonly #last: number

  constructor(seed: number, count: number) {
    const rows = Math.min(2 ** Math.ceil(Math.log2(count)), KEPT_USERS)
    this.bytes = Buffer.alloc(rows * ROW_BYTES)
    this.#kept = new Int32Array(rows).fill(-1)
    this.#random = new NumberedRandom(~seed)
    this.#rootSpan = (count + 1) ** 0.2 - 1
    this.#last = count - 1
  }

  /** Where the user's row begins that the fraction, from 0 up to 1, chooses; the busy users are near 0. */
  rowAt(fraction: number): number {
    // The share of the first k users is the integral of x^-0.8 up to k, which is proportional to the fifth root of k.
    const root = 1 + fraction * this.#rootSpan
    const number = Math.min(Math.floor(root * root * root * root * root) - 1, this.#last)
    const slot = number & (this.#kept.length - 1)
    if (this.#kept[slot] !== number) {
      writeUser(this.bytes, slot * ROW_BYTES, this.#draw(number))
      this.#kept[slot] = number
    }
    return slot * ROW_BYTES
  }

  /** How many devices the user of a row has. */
  devicesOf(row: number): number {
    return devicesOf(this.bytes, row)
  }

  read(row: number): SampleUser {
    return readUser(this.bytes, row)
  }

  #draw(number: number): SampleUser {
    const random = this.#random
    random.restart(number)
    return {
      id: random.uuid(),
      locale: random.pick(locales),
      devices: Array.from({ length: random.pick(deviceCounts) }, () => drawDevice(random)),
      homeNetwork: drawNetwork(random)
    }
  }
}

/** Ids in both forms that the real topic has. */
function drawDevice(random: NumberedRandom): SampleUser['devices'][number] {
  const type = random.pick(typesDrawn)
  const isUuid = random.below(2) === 0
  const id = isUuid ? random.uuid() : `${100 + random.below(900)}-${10 + random.below(90)}-${1000 + random.below(9000)}`
  return { id, type }
}
