import type { Registration, Standing } from '../schema-registry/registration.ts'
import type { RegisteredSchema } from '../schema-registry/schema-registry.ts'
import { print } from './print.ts'

export function printStanding({ subject, registered, latest, level, compatibility }: Standing): void {
  if (registered !== undefined) return print(`✔ ${subject}: is registered, ${named(registered)}`)
  if (latest === undefined) return print(`✔ ${subject}: there is none yet, so any schema may be the first`)
  if (compatibility.isCompatible) return print(`✔ ${subject}: may follow version ${latest.version} (rule ${level})`)
  print(`✘ ${subject}: is not compatible with version ${latest.version} (rule ${level}); nothing was registered`)
  const why = compatibility.messages.length > 0 ? compatibility.messages : ['the registry does not say why']
  for (const message of why) print(`  ${message}`)
}

export function printRegistration(subject: string, { registered, isNew, levelSet }: Registration): void {
  print(`✔ ${subject}: ${isNew ? 'registered' : 'was registered already'}, ${named(registered)}`)
  if (levelSet !== undefined)
    print(`  what follows has to be ${levelSet} compatible (the registry's own rule was NONE)`)
}

/** `own`: the version that is the pipeline's. */
export function printVersions(
  subject: string,
  level: string | undefined,
  versions: readonly RegisteredSchema[],
  left: number,
  own: number | undefined
): void {
  print(`\n${subject}${level === undefined ? ': nothing is registered' : ` (rule ${level})`}`)
  if (left > 0) print(`  … ${left} older`)
  for (const version of versions) {
    print(`  ${named(version)}, ${fieldsOf(version)}${version.version === own ? "  ← the pipeline's" : ''}`)
  }
  if (own === undefined && level !== undefined)
    print("  the pipeline's own is not among them: millrace schema register")
}

function named({ version, id }: RegisteredSchema): string {
  return `version ${version}, number ${id}`
}

function fieldsOf({ schema }: RegisteredSchema): string {
  try {
    const { fields } = JSON.parse(schema) as { fields?: readonly unknown[] }
    return fields === undefined ? 'no record' : `${fields.length} fields`
  } catch {
    return 'not Avro'
  }
}
