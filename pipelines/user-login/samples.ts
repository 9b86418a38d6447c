import type { Header } from '../../src/index.ts'
import { faults, writeLogin, type FaultName, type Spoiled } from './sample-faults.ts'
import { drawLogin } from './sample-login.ts'
import { NumberedRandom } from './sample-random.ts'

export type SampleKind = 'good' | 'other-version' | 'no-device-type' | FaultName

export const sampleKinds = ['good', 'other-version', 'no-device-type', ...(Object.keys(faults) as FaultName[])] as const

export interface SampleSettings {
  readonly seed: number
  /** The part of all samples that is of each kind, from 0 to 1; the rest is good. Added to `defaultShares`. */
  readonly shares?: Readonly<Partial<Record<SampleKind, number>>>
  /**
   * The time of sample 0. Give the present where samples go to a topic: Kafka deletes what is older than the topic's
   * retention.
   */
  readonly startTimeMs?: number
  /** How fast the samples' own clock runs. */
  readonly samplesPerSecond?: number
  /** Whether each sample carries its number in the header `sample`, so that it can be found again in any output. */
  readonly numbered?: boolean
}

export interface Sample {
  readonly kind: SampleKind
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  readonly timestampMs: number
  /** What it says, or would say if it could be read. */
  readonly appVersion: string
  readonly locale: string
}

export interface SampleGenerator {
  /** The sample with this number, from 0 on: always the same one for the same settings. */
  at(number: number): Sample
}

/** One in fifty is bad, one in ten is of another app version, one in a hundred does not name its device type. */
export const defaultShares: Readonly<Partial<Record<SampleKind, number>>> = {
  'other-version': 0.1,
  'no-device-type': 0.01,
  malformed: 0.01,
  'missing-field': 0.005,
  'empty-field': 0.005
}

/** The header of a numbered sample: its number in decimal digits. */
export const SAMPLE_HEADER = 'sample'

/** The moment of the specification's first example. */
const DEFAULT_START_MS = 1_694_479_551_000
const NO_HEADERS: readonly Header[] = []
const NOTHING_SPOILED: Spoiled = {}

/**
 * Makes sample logins like those of the pipeline's real topic, about 210 bytes each.
 *
 * @throws if a share is of no known kind or not from 0 to 1, or if they add up to more than 1.
 */
export function createSampleGenerator(settings: SampleSettings): SampleGenerator {
  return new LoginGenerator(settings)
}

class LoginGenerator implements SampleGenerator {
  readonly #seed: number
  readonly #kinds: KindTable
  readonly #startTimeMs: number
  readonly #samplesPerSecond: number
  readonly #numbered: boolean

  constructor({ seed, shares, startTimeMs, samplesPerSecond, numbered }: SampleSettings) {
    this.#seed = seed
    this.#kinds = new KindTable({ ...defaultShares, ...shares })
    this.#startTimeMs = startTimeMs ?? DEFAULT_START_MS
    this.#samplesPerSecond = samplesPerSecond ?? 1000
    this.#numbered = numbered ?? true
  }

  at(number: number): Sample {
    const random = new NumberedRandom(this.#seed, number)
    const kind = this.#kinds.at(random.fraction())
    const timestampMs = this.#startTimeMs + Math.floor((number * 1000) / this.#samplesPerSecond)
    const { userId, appVersion, locale, raw, blank } = drawLogin(this.#seed, random, kind, timestampMs)
    const spoiled: Spoiled = isFault(kind) ? faults[kind](raw, random) : NOTHING_SPOILED
    const headers = spoiled.headers ?? NO_HEADERS
    return {
      kind,
      key: spoiled.key === undefined ? Buffer.from(userId, 'latin1') : spoiled.key,
      value: spoiled.value === undefined ? Buffer.from(writeLogin(raw, blank), 'latin1') : spoiled.value,
      headers: this.#numbered ? [numberHeader(number), ...headers] : headers,
      timestampMs,
      appVersion,
      locale
    }
  }
}

function numberHeader(number: number): Header {
  return { name: SAMPLE_HEADER, value: Buffer.from(String(number), 'latin1') }
}

function isFault(kind: SampleKind): kind is FaultName {
  return Object.hasOwn(faults, kind)
}

/** The kinds side by side from 0 to 1, each as wide as its share; what is left is good. */
class KindTable {
  readonly #ends: readonly number[]
  readonly #kinds: readonly SampleKind[]

  constructor(shares: Readonly<Partial<Record<SampleKind, number>>>) {
    const strangers = Object.keys(shares).filter(kind => !(sampleKinds as readonly string[]).includes(kind))
    if (strangers.length > 0) throw new Error(`samples are not of kind ${strangers[0]}, but ${sampleKinds.join(', ')}`)
    const unfit = Object.entries(shares).find(([, share]) => !(share >= 0 && share <= 1))
    if (unfit) throw new Error(`the share of ${unfit[0]} is not a number from 0 to 1`)
    let end = 0
    this.#kinds = Object.keys(shares) as SampleKind[]
    this.#ends = Object.values(shares).map(share => (end += share))
    if (end > 1 + 1e-9) throw new Error(`the shares of the kinds of samples add up to ${end}, which is more than 1`)
  }

  at(fraction: number): SampleKind {
    const index = this.#ends.findIndex(end => fraction < end)
    return index < 0 ? 'good' : this.#kinds[index]
  }
}
