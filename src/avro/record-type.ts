import { avsc, type AvroRecordType, type AvroType } from './avsc.ts'
import { strictTypes } from './strict-types.ts'

/** A schema as it stands in a registry: its text, and those that it refers to by name, each behind what it needs itself. */
export interface SchemaText {
  readonly text: string
  readonly references: readonly string[]
}

/**
 * The type of a record's schema.
 *
 * @throws if the schema is none, or is not of a record, or has a union of which a plain value does not tell the branch.
 */
export function recordType(schema: unknown): AvroRecordType {
  return asRecord(parse(schema, 'never', noNames()))
}

/**
 * The type that a record was written with. Its unions may be any: what is read of them is told by the reader's type.
 *
 * @throws if the schema is none, or is not of a record.
 */
export function writerType({ text, references }: SchemaText): AvroRecordType {
  const names = noNames()
  for (const reference of references) parse(JSON.parse(reference), 'always', names)
  return asRecord(parse(JSON.parse(text), 'always', names))
}

/** Without a prototype: a record may be called `constructor`. */
function noNames(): Record<string, AvroType> {
  return Object.create(null) as Record<string, AvroType>
}

function asRecord(type: AvroType): AvroRecordType {
  if (type.typeName !== 'record') throw new Error(`it is a schema of ${type.typeName}, and not of a record`)
  return type as AvroRecordType
}

function parse(schema: unknown, wrapUnions: 'never' | 'always', registry: Record<string, AvroType>): AvroType {
  return avsc().Type.forSchema(schema as never, { registry, wrapUnions, typeHook: strict, omitRecordMethods: true })
}

/** `string`, and `{ "type": "string" }` with whatever attributes; the same of `long`. */
function strict(schema: unknown): AvroType | undefined {
  const name = typeof schema === 'object' && schema !== null ? (schema as { type?: unknown }).type : schema
  if (name !== 'string' && name !== 'long') return undefined
  return strictTypes()[name] as AvroType
}
