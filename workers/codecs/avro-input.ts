import { recordType } from '../../src/avro/record-type.ts'
import { LongOutOfRange, NotUtf8 } from '../../src/avro/strict-types.ts'
import { SchemaPointer } from '../../src/avro/wire-format.ts'
import type { TaskSchemas } from '../../src/pool/protocol.ts'
import type { Reason } from '../../src/slabs/outcomes.ts'
import type { Slab } from '../../src/slabs/slab.ts'
import { ANY_FIELD } from '../validation-reasons.ts'
import type { DecodeFailure, InputCodec } from './codec.ts'
import { WriterSchemas } from './writer-schemas.ts'

/**
 * Reads Avro in the registry's wire format, synchronously: the main thread has found the schemas before, and sends them
 * with the task.
 */
export class AvroInput implements InputCodec {
  failure: DecodeFailure = { reason: 'none', message: '' }
  readonly #pointer = new SchemaPointer()
  readonly #schemas: WriterSchemas
  /** Fields that may be null, which means absent here as it does in JSON. */
  readonly #nullable: readonly string[]
  readonly #extraOf: ((value: Record<string, unknown>) => void) | undefined

  constructor(schema: object, extraFields: 'drop' | 'keep' | 'reject') {
    const { fields } = recordType(schema)
    this.#schemas = new WriterSchemas(schema, extraFields !== 'drop')
    this.#nullable = fields.filter(({ type }) => type.isValid(null)).map(({ name }) => name)
    const known = new Set(fields.map(({ name }) => name))
    this.#extraOf = extraFields === 'keep' ? value => makeExtraPlain(value, known) : undefined
  }

  learn({ writers }: TaskSchemas): void {
    this.#schemas.learn(writers)
  }

  decode(slab: Slab, record: number): Record<string, unknown> | undefined {
    const pointer = this.#pointer
    if (!pointer.read(slab, record)) return this.#fail('not-avro')
    const schema = this.#schemas.of(pointer.key)
    if (schema === 'unknown') return this.#fail('unknown-schema')
    if (schema === 'incompatible') return this.#fail('incompatible-schema')
    try {
      const value = schema.decode(slab.bytes.subarray(pointer.start, slab.valueEnd[record]))
      for (const field of this.#nullable) if (value[field] === null) value[field] = undefined
      this.#extraOf?.(value)
      return value
    } catch (error) {
      if (error instanceof NotUtf8) return this.#fail('not-utf8')
      // As of a number in JSON that is too large.
      if (error instanceof LongOutOfRange) return this.#fail('invalid', `${ANY_FIELD}:out-of-range`)
      return this.#fail('not-avro')
    }
  }

  #fail(reason: Reason, message: string = reason): undefined {
    this.failure = { reason, message }
  }
}

/** Fields that are kept are written as JSON, which has no bytes and no branches of unions. */
function makeExtraPlain(value: Record<string, unknown>, known: ReadonlySet<string>): void {
  for (const name of Object.keys(value)) if (!known.has(name)) value[name] = plain(value[name])
}

function plain(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content
  // As Avro's own JSON writes bytes.
  if (Buffer.isBuffer(content)) return content.latin1Slice(0, content.length)
  if (Array.isArray(content)) return content.map(plain)
  const { unwrap } = content as { unwrap?: unknown }
  if (typeof unwrap === 'function') return plain(unwrap.call(content))
  return Object.fromEntries(Object.entries(content).map(([name, inner]) => [name, plain(inner)]))
}
