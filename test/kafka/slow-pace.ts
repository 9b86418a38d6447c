import type { Environment } from './test-kafka.ts'

const RECORDS_PER_MS = 20
const COMMIT_INTERVAL_MS = 200

/**
 * Settings under which a processor is slow enough to be stopped, killed or joined in mid-flight, on any machine. No
 * partition ever has a full batch of output waiting, so each batch waits for the whole linger, and no more than what
 * may be in flight can settle in that time: 20 records a millisecond, whatever the linger is.
 */
export function slowPace(lingerMs: number): Environment {
  return {
    LINGER_MS: String(lingerMs),
    MAX_IN_FLIGHT_RECORDS: String(RECORDS_PER_MS * lingerMs),
    SLAB_RECORDS: '128',
    COMMIT_INTERVAL_MS: String(COMMIT_INTERVAL_MS)
  }
}

/** At most so many records are consumed and not committed at any time, if a commit takes no longer than that. */
export function atRisk(lingerMs: number, commitTakesMs: number): number {
  return RECORDS_PER_MS * (lingerMs + COMMIT_INTERVAL_MS + commitTakesMs)
}
