import type { Compatibility, RegisteredSchema, SchemaRegistry } from './schema-registry.ts'
import type { SubjectSchema } from './subjects.ts'

/** Every old record can be read with the new schema, which is what consumers that are updated first need. */
const SAFE_LEVEL = 'BACKWARD'

/** How a schema stands to what is registered under its subject. */
export interface Standing {
  readonly subject: string
  /** As it is registered already. */
  readonly registered: RegisteredSchema | undefined
  /** The last version; undefined if the subject is new. */
  readonly latest: RegisteredSchema | undefined
  readonly level: string
  readonly compatibility: Compatibility
}

/** Asks, and changes nothing. */
export async function standingOf(registry: SchemaRegistry, { subject, schema }: SubjectSchema): Promise<Standing> {
  const [registered, latest, level] = await Promise.all([
    registry.find(subject, schema),
    registry.latest(subject),
    registry.level(subject)
  ])
  const isKnown = registered !== undefined || latest === undefined
  const compatibility = isKnown ? { isCompatible: true, messages: [] } : await registry.compatibility(subject, schema)
  return { subject, registered, latest, level, compatibility }
}

export interface Registration {
  readonly registered: RegisteredSchema
  readonly isNew: boolean
  /** The rule that the subject was given, where it had none. */
  readonly levelSet: string | undefined
}

/** Registers a schema that is compatible. Done again it changes nothing. */
export async function register(
  registry: SchemaRegistry,
  { subject, schema }: SubjectSchema,
  { registered, latest, level }: Standing
): Promise<Registration> {
  if (registered !== undefined) return { registered, isNew: false, levelSet: undefined }
  const id = await registry.register(subject, schema)
  const isUnruled = latest === undefined && level === 'NONE'
  // Afterwards: some registries know no subject before it has a schema, and the first one is compatible with anything.
  if (isUnruled) await registry.setLevel(subject, SAFE_LEVEL)
  const found = await registry.find(subject, schema)
  if (found?.id !== id)
    throw new Error(`${subject}: registered as number ${id}, but the registry does not find it there`)
  return { registered: found, isNew: true, levelSet: isUnruled ? SAFE_LEVEL : undefined }
}
