import { fileURLToPath } from 'node:url'
import type { Environment } from './test-kafka.ts'

const PIPELINE = fileURLToPath(new URL('../fixtures/slow-logins.ts', import.meta.url))
const RECORDS_PER_MS = 20
/** Long enough that it counts little how late a busy machine wakes a thread. */
const REST_MS = 10
const COMMIT_INTERVAL_MS = 200

/**
 * Settings under which a processor with one worker is slow enough to be stopped, killed or joined in mid-flight, on any
 * machine: its worker does no more than 20 records a millisecond. `inFlightMs`: how long it takes at the least to do what
 * is in flight.
 */
export function slowPace(inFlightMs: number): Environment {
  return {
    PIPELINE,
    REST_AFTER_RECORDS: String(RECORDS_PER_MS * REST_MS),
    REST_MS: String(REST_MS),
    MAX_IN_FLIGHT_RECORDS: String(RECORDS_PER_MS * inFlightMs),
    SLAB_RECORDS: '128',
    COMMIT_INTERVAL_MS: String(COMMIT_INTERVAL_MS)
  }
}

/** At most so many records are consumed and not committed at any time, if a commit takes no longer than that. */
export function atRisk(inFlightMs: number, commitTakesMs: number): number {
  return RECORDS_PER_MS * (inFlightMs + COMMIT_INTERVAL_MS + commitTakesMs)
}

/** A tenth of a second for each record: what is in flight stays there for minutes. */
export const nearStandstill: Environment = {
  PIPELINE,
  REST_AFTER_RECORDS: '1',
  REST_MS: '100',
  MAX_IN_FLIGHT_RECORDS: '1600',
  SLAB_RECORDS: '8',
  SLAB_BYTES: '16384'
}
