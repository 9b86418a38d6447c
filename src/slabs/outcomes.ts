/**
 * What can become of a record. One byte a record in a slab, so these numbers are part of the slab's layout.
 * `pending` is what a record is until a worker has decided it.
 */
export const outcomes = ['pending', 'processed', 'filtered', 'expired', 'dead-letter'] as const
export type Outcome = (typeof outcomes)[number]

export const PENDING = 0
export const PROCESSED = 1
export const FILTERED = 2
export const EXPIRED = 3
export const DEAD_LETTER = 4

/**
 * Why a record became a dead letter: the closed list that metrics, headers and the log use. A reason never holds
 * anything of the record; where one belongs to a field or a place, that stands beside it in the dead letter's header.
 */
export const reasons = [
  'none',
  'null-value',
  'not-utf8',
  'not-json',
  'not-an-object',
  'too-deep',
  'duplicate-key',
  'lone-surrogate',
  'invalid',
  'rejected',
  'transform-threw',
  'record-too-large',
  'output-too-large',
  'killed-worker',
  'refused-by-broker',
  'not-avro',
  'unknown-schema',
  'incompatible-schema',
  'null-key'
] as const
export type Reason = (typeof reasons)[number]

/** The rules by which the engine itself filters; a pipeline's own follow. A filtered record's detail is the index. */
export const engineRules = ['tombstone', 'nothing-emitted'] as const

export function rulesOf(pipeline: { readonly rules?: readonly string[] }): readonly string[] {
  return [...engineRules, ...(pipeline.rules ?? [])]
}

/** What the engine itself counts in a slab's counters; a pipeline's own follow. */
export const engineCounters = ['fields-defaulted'] as const
export const FIELDS_DEFAULTED = 0

export function countersOf(pipeline: { readonly counters?: readonly string[] }): readonly string[] {
  return [...engineCounters, ...(pipeline.counters ?? [])]
}
