import type { DeadLetter } from './dead-letter.ts'

/** Which dead letters a command is about; what is left out does not matter. */
export interface Filter {
  readonly reasons?: readonly string[]
  /** Groups that wrote them. */
  readonly groups?: readonly string[]
  /** The record's timestamp, milliseconds since 1970: from `sinceMs` on, before `untilMs`. */
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Where the record was read. */
  readonly topic?: string
  readonly partition?: number
}

/** Always the same for the same record: it goes by nothing that changes. */
export function matches(filter: Filter, { record, reason, group, source }: DeadLetter): boolean {
  return (
    (filter.reasons?.includes(reason) ?? true) &&
    (filter.groups?.includes(group) ?? true) &&
    record.timestampMs >= (filter.sinceMs ?? -Infinity) &&
    record.timestampMs < (filter.untilMs ?? Infinity) &&
    source.topic === (filter.topic ?? source.topic) &&
    source.partition === (filter.partition ?? source.partition)
  )
}

/** Whether `wide` matches all that `narrow` matches. */
export function includes(wide: Filter, narrow: Filter): boolean {
  return (
    holds(wide.reasons, narrow.reasons) &&
    holds(wide.groups, narrow.groups) &&
    (wide.sinceMs ?? -Infinity) <= (narrow.sinceMs ?? -Infinity) &&
    (wide.untilMs ?? Infinity) >= (narrow.untilMs ?? Infinity) &&
    (wide.topic === undefined || wide.topic === narrow.topic) &&
    (wide.partition === undefined || wide.partition === narrow.partition)
  )
}

function holds(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow !== undefined && narrow.every(each => wide.includes(each)))
}
