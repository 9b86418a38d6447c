import { compileTest, typeTest } from '../src/schema/type-test.ts'
import { createFullCheck } from './full-check.ts'
import type { FieldReason } from './validation-reasons.ts'
import type { RecordSchema } from './validation-schema.ts'

/** Whether a record is what the schema says. */
export interface RecordCheck {
  isGood(value: Readonly<Record<string, unknown>>): boolean
  /** Why not, by field; what lies deeper counts as that field's. */
  reasons(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, Iterable<string>>
}

interface Field {
  readonly name: string
  /** An expression that is true of what the schema allows in the field, which may be nothing at all. */
  readonly test: string
  readonly isGood: RecordCheck['isGood']
  /** The empty text is the one of the right type that is refused. */
  readonly refusesEmpty: boolean
}

/**
 * A schema whose fields have types and no more than that is checked by code made of it here. Any other is left to
 * TypeBox and Ajv, which are loaded for it alone: they say the same of the plain ones, but cost a thread 0.1 s and 10 MB.
 */
export function createRecordCheck(schema: RecordSchema): RecordCheck {
  const fields = plainFields(schema)
  return fields === undefined ? createFullCheck(schema) : new PlainCheck(fields)
}

function plainFields({ properties, required, additionalProperties }: RecordSchema): readonly Field[] | undefined {
  if (!additionalProperties || !required.every(name => Object.hasOwn(properties, name))) return undefined
  const fields = Object.entries(properties).map(([name, schema]) => plainField(name, schema, required.includes(name)))
  return fields.includes(undefined) ? undefined : (fields as readonly Field[])
}

function plainField(name: string, schema: object, isRequired: boolean): Field | undefined {
  // What every object inherits would be seen in a record that does not have it.
  if (name in Object.prototype) return undefined
  const content = `value[${JSON.stringify(name)}]`
  const type = typeTest(schema, content)
  if (type === undefined) return undefined
  const test = isRequired ? type : `(${content} === undefined || ${type})`
  return { name, test, isGood: compileTest(test), refusesEmpty: Object.hasOwn(schema, 'minLength') }
}

class PlainCheck implements RecordCheck {
  readonly isGood: RecordCheck['isGood']
  readonly #fields: readonly Field[]

  constructor(fields: readonly Field[]) {
    this.#fields = fields
    this.isGood = compileTest(['true', ...fields.map(({ test }) => test)].join(' && '))
  }

  reasons(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly FieldReason[]> {
    const bad = this.#fields.filter(({ isGood }) => !isGood(value))
    return new Map(
      bad.map(({ name, refusesEmpty }) => [name, [refusesEmpty && value[name] === '' ? 'wrong-length' : 'wrong-type']])
    )
  }
}
