import { createSampleGenerator } from '../pipelines/user-login/samples.ts'
import type { IncomingRecord } from '../src/slabs/writer.ts'
import { badShares } from './shaped-logins.ts'

/** As many as a slab holds by default. */
export const MICRO_RECORDS = 512

const START_MS = 1_694_479_551_000

const mixtures = {
  good: { 'other-version': 0, 'no-device-type': 0, malformed: 0, 'missing-field': 0, 'empty-field': 0 },
  usual: {},
  'half bad': badShares(0.5)
} as const

/** Sample logins as they come from Kafka; `usual` has the usual share of bad ones among them. */
export function incomingLogins(mixture: keyof typeof mixtures): readonly IncomingRecord[] {
  const samples = createSampleGenerator({ seed: 7, numbered: false, shares: mixtures[mixture] })
  return Array.from({ length: MICRO_RECORDS }, (_, number) => ({
    ...samples.at(number),
    topic: 'user-login',
    partition: 0,
    offset: number,
    timestampMs: START_MS + number
  }))
}
