import type { AvroRecordType } from '../../src/avro/avsc.ts'
import { recordType, writerType, type SchemaText } from '../../src/avro/record-type.ts'
import type { SchemaKey } from '../../src/avro/wire-format.ts'
import type { WriterSchema } from '../../src/pool/protocol.ts'

/** Reads what was written with one schema as what the pipeline's schema says. */
export interface Decoder {
  decode(content: Buffer): Record<string, unknown>
}

/** `unknown`: the registry has none of that number. `incompatible`: it can't be resolved to the pipeline's. */
export type Resolved = Decoder | 'unknown' | 'incompatible'

/** Far more than a topic has versions; somebody who invents numbers must not fill the memory. */
const MAX_KEPT = 1000

/**
 * What was made of the schemas that records were written with: each is resolved to the pipeline's once, as Avro says, when
 * the first record of it is read.
 */
export class WriterSchemas {
  readonly #schema: AvscRecord
  readonly #reader: AvroRecordType
  readonly #decodesExtraFields: boolean
  readonly #texts = new Map<SchemaKey, SchemaText | undefined>()
  readonly #resolved = new Map<SchemaKey, Resolved>()

  constructor(schema: object, decodesExtraFields: boolean) {
    this.#schema = schema as AvscRecord
    this.#reader = recordType(schema)
    this.#decodesExtraFields = decodesExtraFields
  }

  /** What a task's records need stays until the next one. */
  learn(writers: readonly WriterSchema[]): void {
    if (Math.max(this.#resolved.size, this.#texts.size) >= MAX_KEPT) {
      this.#resolved.clear()
      this.#texts.clear()
    }
    for (const { key, schema } of writers) {
      // What was unknown may have been registered meanwhile.
      if (this.#resolved.has(key) && this.#resolved.get(key) !== 'unknown') continue
      this.#resolved.delete(key)
      this.#texts.set(key, schema)
    }
  }

  of(key: SchemaKey): Resolved {
    return this.#resolved.get(key) ?? this.#resolve(key)
  }

  #resolve(key: SchemaKey): Resolved {
    const text = this.#texts.get(key)
    const resolved = text === undefined ? 'unknown' : this.#decoderOf(text)
    this.#resolved.set(key, resolved)
    return resolved
  }

  #decoderOf(text: SchemaText): Decoder | 'incompatible' {
    try {
      const writer = writerType(text)
      const reader = this.#readerOf(writer)
      // Avro compares the names of records without their namespaces.
      const resolver = reader.createResolver(writer, { ignoreNamespaces: true })
      return { decode: content => reader.fromBuffer(content, resolver) as Record<string, unknown> }
    } catch {
      return 'incompatible'
    }
  }

  /** The pipeline's schema; and behind its fields those that only the writer's has, where somebody wants to know of them. */
  #readerOf(writer: AvroRecordType): AvroRecordType {
    if (!this.#decodesExtraFields) return this.#reader
    const known = new Set(this.#reader.fields.flatMap(({ name, aliases }) => [name, ...aliases]))
    const extra = writer.fields.filter(({ name }) => !known.has(name)).map(({ name, type }) => ({ name, type }))
    return recordType({ ...this.#schema, fields: [...this.#schema.fields, ...extra] })
  }
}

interface AvscRecord {
  readonly fields: readonly object[]
}
