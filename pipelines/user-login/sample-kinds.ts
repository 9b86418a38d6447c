import { faults, type FaultName } from './sample-faults.ts'

const kindsOfGoodLogins = ['good', 'other-version', 'no-device-type', 'old', 'future'] as const

export type SampleKind = (typeof kindsOfGoodLogins)[number] | FaultName
export type SampleShares = Readonly<Partial<Record<SampleKind, number>>>

export const sampleKinds: readonly SampleKind[] = [...kindsOfGoodLogins, ...(Object.keys(faults) as FaultName[])]

/** One in fifty is bad, one in ten is of another app version, one in a hundred does not name its device type. */
export const defaultShares: SampleShares = {
  'other-version': 0.1,
  'no-device-type': 0.01,
  malformed: 0.01,
  'missing-field': 0.005,
  'empty-field': 0.005
}

export function isFault(kind: SampleKind): kind is FaultName {
  return Object.hasOwn(faults, kind)
}

/** What is wrong with shares, as a sentence; undefined if nothing is. */
export function objectionToShares(shares: Readonly<Record<string, number>>): string | undefined {
  const strangers = Object.keys(shares).filter(kind => !(sampleKinds as readonly string[]).includes(kind))
  if (strangers.length > 0) return `samples are not of kind ${strangers[0]}, but ${sampleKinds.join(', ')}`
  const unfit = Object.entries(shares).find(([, share]) => !(share >= 0 && share <= 1))
  if (unfit) return `the share of ${unfit[0]} is not a number from 0 to 1`
  const all = Object.values({ ...defaultShares, ...shares }).reduce((sum, share) => sum + share, 0)
  return all > 1 + 1e-9 ? `the shares of the kinds of samples add up to ${all}, which is more than 1` : undefined
}

/** The kinds side by side from 0 to 1, each as wide as its share; what is left is good. */
export class KindTable {
  readonly #ends: readonly number[]
  readonly #kinds: readonly SampleKind[]
  readonly #end: number

  /** @throws if a share is of no known kind or not from 0 to 1, or if they add up to more than 1. */
  constructor(shares: SampleShares) {
    const objection = objectionToShares(shares)
    if (objection !== undefined) throw new Error(objection)
    const all = { ...defaultShares, ...shares }
    let end = 0
    this.#kinds = Object.keys(all) as SampleKind[]
    this.#ends = Object.values(all).map(share => (end += share))
    this.#end = end
  }

  at(fraction: number): SampleKind {
    if (fraction >= this.#end) return 'good'
    return this.#kinds[this.#ends.findIndex(end => fraction < end)]
  }
}

const saidInAvro: ReadonlySet<SampleKind> = new Set<SampleKind>([
  ...kindsOfGoodLogins,
  'empty-field',
  'blank-field',
  'extra-field',
  'not-an-ip',
  'no-key',
  'many-headers'
])

/** Whether a sample can be written in Avro; the others are bytes that are not Avro. */
export function isSaidInAvro(kind: SampleKind): boolean {
  return saidInAvro.has(kind)
}
