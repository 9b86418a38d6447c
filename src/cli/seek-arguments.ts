import { SettingsError } from '../config/read-environment.ts'
import { readArguments, readInstant, readNumber } from './arguments.ts'
import type { SeekTarget } from './seek-plan.ts'

export const SEEK_HELP = `Usage: millrace seek <where> [options]

Moves the group to other offsets, while it is stopped. Only says what that would
do, unless --execute is given.

  --to-earliest      the first record that is there
  --to-latest        the end: what is there now is left out
  --to-time TIME     the first record that is not older: 2026-05-01T12:00:00Z,
                     2026-05-01, or as long ago as 90s, 30m, 2h, 7d
  --to-offset N      this offset

  --topic T          only this topic; all that are read otherwise
  --partition N,N    only these partitions
  --execute          do it
`

const options = {
  'to-earliest': { type: 'boolean' },
  'to-latest': { type: 'boolean' },
  'to-time': { type: 'string' },
  'to-offset': { type: 'string' },
  topic: { type: 'string', multiple: true },
  partition: { type: 'string', multiple: true },
  execute: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

export interface SeekWish {
  readonly target: SeekTarget
  /** All that are read, and all partitions of them, if they are left out. */
  readonly topics: readonly string[] | undefined
  readonly partitions: readonly number[] | undefined
  readonly execute: boolean
}

/**
 * Undefined if only help is wanted.
 *
 * @throws SettingsError
 */
export function readSeekArguments(args: readonly string[], nowMs: number): SeekWish | undefined {
  const { values } = readArguments({ args: [...args], options })
  if (values.help) return undefined
  const partitions = values.partition?.flatMap(text => text.split(','))
  return {
    target: targetOf(values, nowMs),
    topics: values.topic,
    partitions: partitions?.map(text => readNumber('--partition', text, 0)),
    execute: values.execute ?? false
  }
}

type Values = ReturnType<typeof readArguments<{ args: string[]; options: typeof options }>>['values']

function targetOf(values: Values, nowMs: number): SeekTarget {
  const { 'to-time': time, 'to-offset': offset } = values
  const targets: SeekTarget[] = [
    ...(values['to-earliest'] ? ['earliest' as const] : []),
    ...(values['to-latest'] ? ['latest' as const] : []),
    ...(time === undefined ? [] : [{ timestampMs: readInstant('--to-time', time, nowMs) }]),
    ...(offset === undefined ? [] : [{ offset: readNumber('--to-offset', offset, 0) }])
  ]
  if (targets.length === 1) return targets[0]
  throw new SettingsError('say where to: one of --to-earliest, --to-latest, --to-time and --to-offset')
}
