import { parseArgs, type ParseArgsConfig } from 'node:util'
import { SettingsError } from '../config/read-environment.ts'

/**
 * The arguments of a command.
 *
 * @throws SettingsError if there are some that it does not take.
 */
export function readArguments<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    // Node's own texts go on, after a full stop, with how to pass an argument that looks like an option.
    throw new SettingsError((error as Error).message.replace(/\. .*$/s, ''), { cause: error })
  }
}

/** A whole number of `min` or more. */
export function readNumber(name: string, text: string, min: number): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number) && number >= min) return number
  throw new SettingsError(`${name} is a whole number, ${min} or more`)
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const AGO = /^(\d{1,9})([smhd])$/
// Without a zone it would mean another instant on another machine; a date alone is UTC's.
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** An instant as ISO 8601 with its zone, a day in UTC, or so long ago as in `90m`; answers milliseconds since 1970. */
export function readInstant(name: string, text: string, nowMs: number): number {
  const [, count, unit] = AGO.exec(text) ?? []
  if (count !== undefined) return nowMs - Number(count) * UNITS_MS[unit]
  const instantMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(instantMs)) return instantMs
  throw new SettingsError(`${name} is a time as in 2026-05-01T12:00:00Z, a day as in 2026-05-01, or as long ago as 90m`)
}
