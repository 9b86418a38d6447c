import type { TopicPartition } from '../kafka/ports.ts'
import type { RecordPosition, StoredRecord } from '../kafka/stored-record.ts'
import { type DeadLetter, readDeadLetter } from './dead-letter.ts'
import type { EncryptionKey } from './encryption/keys.ts'
import { restored } from './encryption/restore.ts'
import { matches } from './filter.ts'
import { historyOf, type OutgoingRecord, redriven } from './redriven.ts'
import type { RedriveProgress } from './redrive-progress.ts'
import type { RedriveOutcome } from './redrive-tally.ts'
import { type RedriveSettings, type RedriveTerms, takes, targetOf } from './redrive-terms.ts'

/** A record, and where it goes. */
export interface PlacedRecord extends OutgoingRecord, TopicPartition {}

/** A record of the dead-letter topic that has been looked at, and what is to be done about it. */
export interface Step {
  readonly record: StoredRecord
  readonly outcome: RedriveOutcome
  readonly reason?: string
  /** How often it had been redriven before. */
  readonly attempt?: number
  /** What is to be written. */
  readonly row?: PlacedRecord
  /** The terms take it and it could not be done: the next redrive is to look at it again. */
  readonly isLeft?: true
}

export interface StepOptions {
  readonly settings: RedriveSettings
  readonly group: string
  readonly terms: RedriveTerms
  /** By which encrypted values are restored. */
  readonly keys: readonly EncryptionKey[]
  /** The record that a dead letter came from, if it is still there. */
  originalOf(position: RecordPosition): Promise<StoredRecord | undefined>
  /** 0 for a topic that does not exist. */
  partitionsOf(topic: string): number
  nowMs(): number
}

/**
 * What a redrive is to do with a record. `progress`: of its partition.
 *
 * @throws MissingKeyError
 */
export async function stepFor(record: StoredRecord, progress: RedriveProgress, options: StepOptions): Promise<Step> {
  const { terms, group } = options
  const deadLetter = readDeadLetter(record)
  if (deadLetter === undefined) return { record, outcome: 'foreign' }
  const { reason } = deadLetter
  if (!matches(terms.filter, deadLetter)) return { record, reason, outcome: 'not-asked-for' }
  if (progress.isDone(deadLetter, group)) return { record, reason, outcome: 'done' }
  if (!takes({ ...terms, belowAttempts: Infinity }, deadLetter, group)) return { record, reason, outcome: 'not-read' }
  return placed(deadLetter, options)
}

async function placed(deadLetter: DeadLetter, options: StepOptions): Promise<Step> {
  const { settings, group, terms } = options
  const { record, reason, source, ownHeaders } = deadLetter
  const isOmitted = deadLetter.omittedBytes !== undefined
  const original = isOmitted ? await options.originalOf(source) : undefined
  const { attempt, origin } = historyOf(original?.headers ?? ownHeaders, source, group)
  const about = { record, reason, attempt }
  if (attempt >= settings.redriveAttempts) {
    const { quarantineTopic } = settings
    if (quarantineTopic !== undefined)
      return { ...about, outcome: 'quarantined', row: rowTo(quarantineTopic, source, record, options) }
    // The terms go by the dead letter alone: one that had to leave its own headers out can't tell its attempts.
    return { ...about, outcome: 'exhausted', ...(takes(terms, deadLetter, group) && { isLeft: true }) }
  }
  const topic = targetOf(settings, origin)
  const isGone = isOmitted && !isOriginalOf(deadLetter, original)
  if (isGone || options.partitionsOf(topic) === 0) return { ...about, outcome: 'gone' }
  // What goes into quarantine stays encrypted; what goes back is what it was.
  const readable = restored(deadLetter, options.keys)
  if (readable === undefined) return { ...about, outcome: 'changed' }
  return {
    ...about,
    outcome: 'redriven',
    row: rowTo(topic, origin, redriven(readable, group, options.nowMs(), original), options)
  }
}

/** Into the partition that it was in, or one by that number: records of a key stay together, whoever placed them. */
function rowTo(topic: string, from: TopicPartition, record: OutgoingRecord, options: StepOptions): PlacedRecord {
  const { key, value, headers, timestampMs } = record
  return { topic, partition: from.partition % options.partitionsOf(topic), key, value, headers, timestampMs }
}

/** A topic may have been deleted and created again, and have another record there. */
export function isOriginalOf({ record, omittedBytes }: DeadLetter, original: StoredRecord | undefined): boolean {
  if (original?.value?.length !== omittedBytes) return false
  return record.key === null || (original?.key?.equals(record.key) ?? false)
}
