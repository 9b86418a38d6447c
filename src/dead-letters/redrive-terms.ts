import { isInput, isPattern } from '../config/inputs.ts'
import type { RecordPosition } from '../kafka/stored-record.ts'
import type { DeadLetter } from './dead-letter.ts'
import { type Filter, includes, matches } from './filter.ts'
import { historyOf } from './redriven.ts'

/**
 * Which dead letters a redrive takes, and nothing of when: two redrives on the same terms take the same ones. They are
 * kept with its progress, so that a redrive on other terms knows what has been taken already.
 */
export interface RedriveTerms {
  readonly filter: Filter
  /** Only those that were redriven fewer times than this; undefined takes all, as what is past that is quarantined. */
  readonly belowAttempts?: number
  /** Only those that first came in by one of these, names and patterns as in `INPUT_TOPIC`; undefined takes all. */
  readonly inputs?: readonly string[]
}

export function takes(terms: RedriveTerms, deadLetter: DeadLetter, group: string): boolean {
  if (!matches(terms.filter, deadLetter)) return false
  const { attempt, origin } = historyOf(deadLetter.ownHeaders, deadLetter.source, group)
  if (terms.inputs !== undefined && !isInput(terms.inputs, origin.topic)) return false
  return attempt < (terms.belowAttempts ?? Infinity)
}

/** Whether redrives on the terms `wide` take all that those on `narrow` would. */
export function covers(wide: RedriveTerms, narrow: RedriveTerms): boolean {
  const inputs =
    wide.inputs === undefined ||
    (narrow.inputs !== undefined && narrow.inputs.every(each => wide.inputs?.includes(each)))
  return (
    inputs &&
    (wide.belowAttempts ?? Infinity) >= (narrow.belowAttempts ?? Infinity) &&
    includes(wide.filter, narrow.filter)
  )
}

/** What the settings say of a redrive. */
export interface RedriveSettings {
  readonly inputTopic: readonly string[]
  readonly redriveTopic: string | undefined
  readonly redriveAttempts: number
  readonly quarantineTopic: string | undefined
}

export function termsOf(settings: RedriveSettings, filter: Filter): RedriveTerms {
  const { redriveTopic, inputTopic, quarantineTopic, redriveAttempts } = settings
  const goAnywhere = redriveTopic !== undefined || onlyTopic(inputTopic) !== undefined
  return {
    filter,
    ...(quarantineTopic === undefined && { belowAttempts: redriveAttempts }),
    ...(!goAnywhere && { inputs: inputTopic })
  }
}

/** Where a record goes back to: `REDRIVE_TOPIC`, or the input; with several inputs the one that it first came in by. */
export function targetOf({ redriveTopic, inputTopic }: RedriveSettings, origin: RecordPosition): string {
  return redriveTopic ?? onlyTopic(inputTopic) ?? origin.topic
}

function onlyTopic(inputs: readonly string[]): string | undefined {
  return inputs.length === 1 && !isPattern(inputs[0]) ? inputs[0] : undefined
}
