import { createSampleGenerator } from '../pipelines/user-login/samples.ts'
import type { IncomingRecord } from '../src/slabs/writer.ts'

/** As many as a slab holds by default. */
export const MICRO_RECORDS = 512

const START_MS = 1_694_479_551_000

/** Sample logins as they come from Kafka; `usual` has the usual share of bad ones among them. */
export function incomingLogins(mixture: 'good' | 'usual'): readonly IncomingRecord[] {
  const shares = { 'other-version': 0, 'no-device-type': 0, malformed: 0, 'missing-field': 0, 'empty-field': 0 }
  const samples = createSampleGenerator({ seed: 7, numbered: false, shares: mixture === 'good' ? shares : {} })
  return Array.from({ length: MICRO_RECORDS }, (_, number) => ({
    ...samples.at(number),
    topic: 'user-login',
    partition: 0,
    offset: number,
    timestampMs: START_MS + number
  }))
}
