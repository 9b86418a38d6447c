import { SettingsError } from '../../config/read-environment.ts'
import type { Filter } from '../../dead-letters/filter.ts'
import { reasons } from '../../slabs/outcomes.ts'
import { readInstant, readNumber } from '../arguments.ts'

/** The options by which `list`, `redrive` and `export` say which dead letters they are about. */
export const filterOptions = {
  reason: { type: 'string', multiple: true },
  group: { type: 'string', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  topic: { type: 'string' },
  partition: { type: 'string' },
  limit: { type: 'string' }
} as const

export const FILTER_HELP = `  --reason R,R      only for these reasons
  --since TIME      only records of that time or later: 2026-05-01T12:00:00Z,
  --until TIME      only before: 2026-05-01, or as long ago as 90s, 30m, 2h, 7d
  --topic T         only what was read from this topic
  --partition N     only what was read from this partition; also T/N
  --group G         only what this consumer group wrote; redrive: GROUP_ID`

interface FilterValues {
  readonly reason?: string[]
  readonly group?: string[]
  readonly since?: string
  readonly until?: string
  readonly topic?: string
  readonly partition?: string
}

/** @throws SettingsError */
export function readFilter(values: FilterValues, nowMs: number): Filter {
  const { reason, group, since, until, partition } = values
  const [, named, number] = /^(?:(.*)\/)?([^/]*)$/s.exec(partition ?? '') ?? []
  const topic = values.topic ?? named
  if (named !== undefined && named !== topic) throw new SettingsError('--topic and --partition name two topics')
  return {
    ...(reason && { reasons: listOf(reason).map(known) }),
    ...(group && { groups: group }),
    ...(since !== undefined && { sinceMs: readInstant('--since', since, nowMs) }),
    ...(until !== undefined && { untilMs: readInstant('--until', until, nowMs) }),
    ...(topic !== undefined && { topic }),
    ...(partition !== undefined && { partition: readNumber('--partition', number, 0) })
  }
}

/** How many; `otherwise` if the arguments do not say. */
export function readLimit(limit: string | undefined, min: number, otherwise: number): number {
  return limit === undefined ? otherwise : readNumber('--limit', limit, min)
}

function listOf(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap(text => text.split(',')))]
}

function known(reason: string): string {
  const all = reasons.filter(each => each !== 'none')
  if ((all as readonly string[]).includes(reason)) return reason
  throw new SettingsError(`--reason is one of ${all.join(', ')}`)
}
