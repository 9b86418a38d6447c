import type { FromBound, ToBound } from '../verify/choose-ranges.ts'
import { readArguments, readInstant, readNumber } from './arguments.ts'

export interface VerifyArguments {
  readonly help: boolean
  readonly from: FromBound
  readonly to: ToBound
  /** Undefined: the group of the settings. */
  readonly group: string | undefined
  /** Undefined: all that are read; the same for partitions. */
  readonly topics: readonly string[] | undefined
  readonly partitions: readonly number[] | undefined
  readonly allowDuplicates: boolean
  readonly ignoreUntraced: boolean
  readonly json: boolean
  /** How many stretches of records are told of each kind of finding. */
  readonly limit: number
}

export const VERIFY_HELP = `Usage: millrace verify [options], with the settings of the processor

Holds what went in against what came out, by the header millrace.source that
PROVENANCE_HEADERS=on puts on every output: what is lost, incomplete, out of
order, there twice, or there in several ways.

  --from WHERE       begin (default), an offset, or a time
  --to WHERE         committed (default: what the group has not committed may be
                     in flight), end, an offset, or a time
                     times: 2026-05-01T12:00:00Z, 2026-05-01, 90s, 30m, 2h, 7d
  --topic T          only this topic; all that are read otherwise
  --partition N,N    only these partitions
  --group G          whose commits count; GROUP_ID otherwise

  --allow-duplicates rows that came again are told, and are no finding
  --ignore-untraced  rows without that header are somebody else's
  --limit N          how many places to tell of each finding (10)
  --json             the report for machines

Exit codes: 0 nothing found, 1 findings, 2 it can't be said, 3 it did not end.
`

const options = {
  from: { type: 'string', default: 'begin' },
  to: { type: 'string', default: 'committed' },
  topic: { type: 'string', multiple: true },
  partition: { type: 'string', multiple: true },
  group: { type: 'string' },
  'allow-duplicates': { type: 'boolean', default: false },
  'ignore-untraced': { type: 'boolean', default: false },
  limit: { type: 'string', default: '10' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false }
} as const

const LIMIT_AT_MOST = 1_000_000

/** @throws SettingsError */
export function readVerifyArguments(args: readonly string[], nowMs: number): VerifyArguments {
  const { values } = readArguments({ args: [...args], options })
  const { from, to, limit, partition: partitions } = values
  return {
    help: values.help,
    from: from === 'begin' ? { type: 'begin' } : boundOf('--from', from, nowMs),
    to: to === 'committed' || to === 'end' ? { type: to } : boundOf('--to', to, nowMs),
    group: values.group,
    topics: values.topic,
    partitions: partitions?.flatMap(text => text.split(',')).map(text => readNumber('--partition', text, 0)),
    allowDuplicates: values['allow-duplicates'],
    ignoreUntraced: values['ignore-untraced'],
    json: values.json,
    limit: Math.min(LIMIT_AT_MOST, readNumber('--limit', limit, 0))
  }
}

function boundOf(name: string, text: string, nowMs: number) {
  if (/^\d+$/.test(text)) return { type: 'offset', offset: readNumber(name, text, 0) } as const
  return { type: 'time', timestampMs: readInstant(name, text, nowMs) } as const
}
