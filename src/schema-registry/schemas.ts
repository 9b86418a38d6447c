import type { SchemaText } from '../avro/record-type.ts'
import type { SchemaKey } from '../avro/wire-format.ts'
import type { CoreSettings } from '../config/options.ts'
import type { AnyPipeline } from '../pipeline.ts'
import { KnownSchemas } from './known-schemas.ts'
import { patiently } from './patience.ts'
import { RegistryError } from './registry-error.ts'
import type { RegisteredSchema, SchemaRegistry } from './schema-registry.ts'
import { outputSubjects, type SubjectSchema } from './subjects.ts'

/** What a processor asks of a registry. */
export type RegistryPort = Pick<SchemaRegistry, 'probe' | 'schemaOf' | 'find' | 'close'>

export interface SchemaEvents {
  /** Rows of a subject are written with this schema. */
  schemaFound(subject: string, id: number, version: number): void
  /** So often since it was told last; `needed`: nothing can begin without it. */
  registryFailed(failures: number, reason: string, needed: boolean): void
}

export interface SchemasOptions {
  readonly registry: RegistryPort
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  readonly events: SchemaEvents
}

/** A registry that is down fails several times a second. */
const TELL_EVERY_MS = 10_000

/** What the records and rows of a processor need of the schema registry. */
export class Schemas {
  readonly #options: SchemasOptions
  readonly #closing = new AbortController()
  readonly #known: KnownSchemas
  #failures = 0
  #toldMs = -Infinity
  /** By output: the number that its rows carry; empty where rows are JSON. */
  outputIds: readonly number[] = []
  /** A schema that was wanted is known now. */
  found: () => void = () => undefined

  constructor(options: SchemasOptions) {
    this.#options = options
    this.#known = new KnownSchemas({
      schemaOf: key => this.#schemaOf(key),
      signal: this.#closing.signal,
      failed: error => this.#failed(error, false),
      found: () => this.found()
    })
  }

  /** Whether records name schemas that have to be known before they run. */
  get ofRecords(): Pick<KnownSchemas, 'get' | 'want'> | undefined {
    return this.#options.settings.inputCodec === 'avro' ? this.#known : undefined
  }

  /**
   * Finds out what number rows are to carry, and waits for a registry that does not answer.
   *
   * @throws Error if a schema is not registered, or the registry refuses to answer.
   */
  async start(): Promise<void> {
    const { pipeline, settings, registry } = this.#options
    const patience = { signal: this.#closing.signal, failed: (error: Error) => this.#failedAtStart(error) }
    if (settings.outputCodec === 'avro') {
      const subjects = outputSubjects(pipeline, settings) as SubjectSchema[]
      const ids: number[] = []
      for (const subject of subjects)
        ids.push(this.#tell(subject, await patiently(() => find(registry, subject), patience)))
      this.outputIds = ids
    } else await this.#probe()
  }

  close(): void {
    this.#closing.abort()
    this.#options.registry.close()
  }

  /** Records whose schema is known need no registry, so one that is down keeps nobody from beginning. */
  async #probe(): Promise<void> {
    try {
      await this.#options.registry.probe()
    } catch (error) {
      if (error instanceof RegistryError && error.isDenial) throw error
      this.#failed(error as Error, false)
    }
  }

  async #schemaOf(key: SchemaKey): Promise<SchemaText | undefined> {
    return this.#options.registry.schemaOf(key)
  }

  #tell({ subject }: SubjectSchema, { id, version }: RegisteredSchema): number {
    this.#options.events.schemaFound(subject, id, version)
    return id
  }

  #failedAtStart(error: Error): void {
    const isPassing = error instanceof RegistryError && !error.isDenial
    if (!isPassing) throw error
    this.#failed(error, true)
  }

  #failed(error: Error, needed: boolean): void {
    this.#failures++
    if (performance.now() - this.#toldMs < TELL_EVERY_MS) return
    this.#toldMs = performance.now()
    this.#options.events.registryFailed(this.#failures, error.message, needed)
    this.#failures = 0
  }
}

async function find(registry: RegistryPort, { subject, schema }: SubjectSchema): Promise<RegisteredSchema> {
  const found = await registry.find(subject, schema)
  if (found !== undefined) return found
  throw new Error(
    `the schema of the output is not registered under subject ${subject}: ` +
      'run `millrace schema register` with the same settings'
  )
}
