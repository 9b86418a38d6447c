import type { Environment } from './test-kafka.ts'

const MAX_IN_FLIGHT = 2048
const LINGER_MS = 100

/**
 * Settings under which a processor is slow enough to be stopped, killed or joined in mid-flight, on any machine. No
 * partition ever has a full batch of output waiting, so each batch waits for the whole linger, and no more than what
 * may be in flight can settle in that time.
 */
export const slowPace: Environment = {
  MAX_IN_FLIGHT_RECORDS: String(MAX_IN_FLIGHT),
  SLAB_RECORDS: '128',
  LINGER_MS: String(LINGER_MS),
  COMMIT_INTERVAL_MS: '200'
}

/** At most so many records are consumed and not committed at any time. */
export function atRisk(commitTakesMs: number): number {
  const perMs = MAX_IN_FLIGHT / LINGER_MS
  return MAX_IN_FLIGHT + perMs * (Number(slowPace.COMMIT_INTERVAL_MS) + commitTakesMs)
}
