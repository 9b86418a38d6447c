import type { SchemaText } from '../avro/record-type.ts'
import type { SchemaKey } from '../avro/wire-format.ts'
import type { WriterSchema } from '../pool/protocol.ts'
import { patiently } from './patience.ts'

/** Who asks for so many at once has records of somebody who makes numbers up. */
const PARALLEL_FETCHES = 8
/** A number that is not there is asked for again after so long: it may have been registered, or copied to this registry. */
const ABSENT_MS = 30_000
/** Far more than a topic has versions. */
const MAX_KNOWN = 10_000

export interface KnownSchemasOptions {
  schemaOf(key: SchemaKey): Promise<SchemaText | undefined>
  readonly signal: AbortSignal
  /** The registry could not be asked; it is tried again. */
  failed(error: Error): void
  /** One that was wanted is known now. */
  found(): void
}

/**
 * The schemas that records were written with, as far as the registry has told. What is known stays known, so a registry
 * that is down is missed only by records whose schema nobody has seen yet.
 */
export class KnownSchemas {
  readonly #options: KnownSchemasOptions
  readonly #known = new Map<SchemaKey, WriterSchema>()
  /** Those that the registry does not have, and when it was asked. */
  readonly #absentSinceMs = new Map<SchemaKey, number>()
  readonly #wanted = new Set<SchemaKey>()
  readonly #queue: SchemaKey[] = []
  #fetching = 0

  constructor(options: KnownSchemasOptions) {
    this.#options = options
  }

  /** Undefined if it has to be asked for. */
  get(key: SchemaKey): WriterSchema | undefined {
    const sinceMs = this.#absentSinceMs.get(key)
    if (sinceMs !== undefined) {
      if (performance.now() - sinceMs < ABSENT_MS) return { key, schema: undefined }
      this.#absentSinceMs.delete(key)
    }
    return this.#known.get(key)
  }

  /** Asks for it, for as long as that takes. */
  want(key: SchemaKey): void {
    if (this.#wanted.has(key)) return
    this.#wanted.add(key)
    this.#queue.push(key)
    this.#fetchNext()
  }

  #fetchNext(): void {
    if (this.#fetching === PARALLEL_FETCHES || this.#queue.length === 0) return
    const key = this.#queue.shift() as SchemaKey
    this.#fetching++
    patiently(() => this.#options.schemaOf(key), this.#options)
      .then(schema => this.#learned(key, schema))
      // Only when the process ends: nobody waits any more.
      .catch(() => undefined)
      .finally(() => {
        this.#fetching--
        this.#fetchNext()
      })
  }

  #learned(key: SchemaKey, schema: SchemaText | undefined): void {
    this.#wanted.delete(key)
    if (this.#known.size + this.#absentSinceMs.size >= MAX_KNOWN) {
      this.#known.clear()
      this.#absentSinceMs.clear()
    }
    if (schema === undefined) this.#absentSinceMs.set(key, performance.now())
    else this.#known.set(key, { key, schema })
    this.#options.found()
  }
}
