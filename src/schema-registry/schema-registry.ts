import { recordType, type SchemaText } from '../avro/record-type.ts'
import { formatGuid, type SchemaKey } from '../avro/wire-format.ts'
import { HttpClient, type RegistryAccess } from './http-client.ts'
import { RegistryError } from './registry-error.ts'

/** A schema under a subject. */
export interface RegisteredSchema {
  readonly id: number
  readonly version: number
  readonly schema: string
}

export interface Compatibility {
  readonly isCompatible: boolean
  /** What is not, in the registry's own words. */
  readonly messages: readonly string[]
}

interface StoredSchema {
  readonly schema?: unknown
  readonly schemaType?: unknown
  readonly references?: readonly { readonly subject: string; readonly version: number }[]
}

/** Far more than schemas refer to; two that refer to one another would have no end. */
const MAX_REFERENCES = 100

/** A schema registry with Confluent's API: Confluent's own, Apicurio, Karapace, Redpanda. All methods throw RegistryError. */
export class SchemaRegistry {
  readonly #http: HttpClient

  constructor(access: RegistryAccess) {
    this.#http = new HttpClient(access)
  }

  close(): void {
    this.#http.close()
  }

  /** Throws if it does not answer as a registry does. */
  async probe(): Promise<void> {
    await this.#http.request('GET', '/schemas/types')
  }

  /** The schema of a number or GUID; undefined if the registry says that there is none. */
  async schemaOf(key: SchemaKey): Promise<SchemaText | undefined> {
    const path = typeof key === 'number' ? `/schemas/ids/${key}` : `/schemas/guids/${formatGuid(key)}`
    try {
      return await this.#withReferences((await this.#http.request('GET', path)) as StoredSchema)
    } catch (error) {
      if (await this.#isAbsence(error, key)) return undefined
      throw error
    }
  }

  /** The schema as it is registered under the subject, whoever has written it down how; undefined if it is not. */
  async find(subject: string, schema: object): Promise<RegisteredSchema | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}`
    const same = await orAbsent(this.#http.request('POST', path, { schema: JSON.stringify(schema) }))
    if (same !== undefined) return same as RegisteredSchema
    const last = await this.latest(subject)
    return last !== undefined && isSame(last.schema, schema) ? last : undefined
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.version(subject, 'latest')
  }

  async version(subject: string, version: number | 'latest'): Promise<RegisteredSchema | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
    return (await orAbsent(this.#http.request('GET', path))) as RegisteredSchema | undefined
  }

  /** Empty if there is no such subject. */
  async versions(subject: string): Promise<readonly number[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    return ((await orAbsent(this.#http.request('GET', path))) ?? []) as readonly number[]
  }

  /** Whether the schema may follow the last one of the subject; a subject that is not there takes any. */
  async compatibility(subject: string, schema: object): Promise<Compatibility> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`
    const answer = await orAbsent(this.#http.request('POST', path, { schema: JSON.stringify(schema) }))
    const { is_compatible: isCompatible = true, messages } = (answer ?? {}) as {
      is_compatible?: boolean
      messages?: readonly string[]
    }
    return { isCompatible, messages: messages ?? [] }
  }

  /** Answers the number of the schema. */
  async register(subject: string, schema: object): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const answer = await this.#http.request('POST', path, { schema: JSON.stringify(schema) })
    return (answer as { id: number }).id
  }

  /** What new schemas of the subject have to be, such as BACKWARD; the registry's own rule where the subject has none. */
  async level(subject: string): Promise<string> {
    const own = await orAbsent(this.#http.request('GET', `/config/${encodeURIComponent(subject)}`))
    const answer = own ?? (await this.#http.request('GET', '/config'))
    return (answer as { compatibilityLevel?: string }).compatibilityLevel ?? 'NONE'
  }

  async setLevel(subject: string, compatibility: string): Promise<void> {
    await this.#http.request('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility })
  }

  /** A registry that knows no GUIDs answers 404 without a code. So does anything that is no registry. */
  async #isAbsence(error: unknown, key: SchemaKey): Promise<boolean> {
    if (!(error instanceof RegistryError)) return false
    if (error.isAbsence) return true
    if (typeof key === 'number' || error.status !== 404) return false
    await this.probe()
    return true
  }

  async #withReferences(stored: StoredSchema): Promise<SchemaText> {
    const texts = new Map<string, string>()
    await this.#addReferences(stored, texts, new Set())
    return { text: textOf(stored), references: [...texts.values()] }
  }

  /** Each behind those that it refers to itself. */
  async #addReferences(stored: StoredSchema, texts: Map<string, string>, seen: Set<string>): Promise<void> {
    for (const { subject, version } of stored.references ?? []) {
      const name = `${subject}/${version}`
      if (seen.has(name)) continue
      if (seen.add(name).size > MAX_REFERENCES)
        throw new RegistryError(`a schema refers to more than ${MAX_REFERENCES}`)
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
      const referred = (await this.#http.request('GET', path)) as StoredSchema
      await this.#addReferences(referred, texts, seen)
      texts.set(name, textOf(referred))
    }
  }
}

/** One of another kind, such as Protobuf, has no text that could be read as Avro. */
function textOf({ schema, schemaType = 'AVRO' }: StoredSchema): string {
  return schemaType === 'AVRO' && typeof schema === 'string' ? schema : ''
}

async function orAbsent(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof RegistryError && error.isAbsence) return undefined
    throw error
  }
}

/** Whether what is written with one is written alike with the other. */
function isSame(text: string, schema: object): boolean {
  try {
    return recordType(JSON.parse(text)).equals(recordType(schema))
  } catch {
    return false
  }
}
