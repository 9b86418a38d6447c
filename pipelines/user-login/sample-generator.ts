import type { Header } from '../../src/index.ts'
import type { SampleKind, SampleShares } from './sample-kinds.ts'
import type { TimestampForm } from './sample-times.ts'

export interface SampleSettings {
  readonly seed: number
  /** The part of all samples that is of each kind, from 0 to 1; the rest is good. Added to `defaultShares`. */
  readonly shares?: SampleShares
  /**
   * The time of sample 0. Give the present where samples go to a topic: Kafka deletes what is older than the topic's
   * retention.
   */
  readonly startTimeMs?: number
  /** How fast the samples' own clock runs. */
  readonly samplesPerSecond?: number
  /** In place of `samplesPerSecond`: so many samples from `startTimeMs` to `endTimeMs`, with the rhythm of a day. */
  readonly span?: { readonly endTimeMs: number; readonly samples: number }
  /** How many users there are; 100,000 unless given. */
  readonly users?: number
  /** How `timestamp` is written, in each of these as often as in the others; in seconds unless given. */
  readonly timestamps?: readonly TimestampForm[]
  /** Of the logins of other versions, the part that is of the version that is being rolled out; 0.3 unless given. */
  readonly rolloutShare?: number
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
  /**
   * Writes the key of the same sample, which is of `SAMPLE_KEY_BYTES`, and its value behind it, in a third of the time:
   * up to `LOGIN_BYTES_AT_MOST`. Answers where the value ends; 0, and nothing is written, for a sample that is not a
   * login as it should be: those only `at` makes. `timestampMs` then is the sample's, and its number its only header.
   */
  write(number: number, into: Buffer, at: number): number
  readonly timestampMs: number
}
