import { SettingsError } from '../config/read-environment.ts'
import { readArguments } from './arguments.ts'

export const SCHEMA_HELP = `Usage: millrace schema <command> [--subject NAME]

  register   register the pipeline's Avro schemas, where they are not there
             yet and are compatible with the last version; twice is harmless
  check      only say whether they could be registered; exit code 1 if not
  show       the versions that the registry has

The schema of the input goes under INPUT_SUBJECT, else <topic>-value; with
OUTPUT_CODEC=avro those of the outputs under OUTPUT_SUBJECT, else likewise.
A subject that is new gets the rule BACKWARD, if the registry's own is NONE.

  --subject NAME   only this subject
`

const options = { subject: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const
const actions = ['register', 'check', 'show'] as const

export interface SchemaWish {
  readonly action: (typeof actions)[number]
  /** All of the pipeline's, if it is left out. */
  readonly subject: string | undefined
}

/**
 * Undefined if only help is wanted.
 *
 * @throws SettingsError
 */
export function readSchemaArguments(args: readonly string[]): SchemaWish | undefined {
  const { values, positionals } = readArguments({ args: [...args], options, allowPositionals: true })
  const [name, ...more] = positionals
  if (values.help || name === undefined) return undefined
  const action = actions.find(action => action === name)
  if (action === undefined) throw new SettingsError(`there is no 'schema ${name}'; see millrace schema --help`)
  if (more.length > 0) throw new SettingsError(`schema ${action} takes no '${more[0]}'`)
  return { action, subject: values.subject }
}
