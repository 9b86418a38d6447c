import type { OptionTable, Settings } from './option.ts'
import { environmentName } from './option.ts'
import { parseValue } from './parse-value.ts'

/** The settings as text, by option; secrets too, so it goes to worker threads and nowhere else. */
export type RawSettings = Readonly<Record<string, string>>

/** The same settings again, in another thread: their values hold functions, which can't be sent there. */
export function settingsFromRaw<Table extends OptionTable>(raw: RawSettings, table: Table): Settings<Table> {
  const values = Object.entries(table).map(([option, described]) => {
    const text = Object.hasOwn(raw, option) ? raw[option] : described.default
    if (text === undefined) return [option, undefined]
    const parsed = parseValue(environmentName(option), described, String(text))
    if ('value' in parsed) return [option, parsed.value]
    throw new Error(`${environmentName(option)}: ${parsed.objection.wrong}`)
  })
  return Object.fromEntries(values) as Settings<Table>
}
