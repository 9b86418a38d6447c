import type { ObjectSchema } from '../src/pipeline.ts'

export interface FieldRules {
  readonly schema: ObjectSchema
  /** Fields that must be there and not empty; null counts as missing. */
  readonly requiredFields: readonly string[]
  /** What becomes of fields that the schema does not know. */
  readonly extraFields: 'drop' | 'keep' | 'reject'
}

interface JsonSchema {
  readonly type?: string
  readonly minLength?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly not?: object
}

/** A pipeline's schema as the settings change it, in plain JSON Schema. */
export interface RecordSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
  readonly additionalProperties: boolean
}

export function applySettings({ schema, requiredFields, extraFields }: FieldRules): RecordSchema {
  const properties = Object.entries<JsonSchema>(schema.properties).map(([field, content]) => [
    field,
    requiredFields.includes(field) ? refuseEmpty(content) : content
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: requiredFields,
    additionalProperties: extraFields !== 'reject'
  }
}

function refuseEmpty(schema: JsonSchema): JsonSchema {
  if (schema.anyOf) {
    return changed(schema, { anyOf: schema.anyOf.filter(member => member.type !== 'null').map(refuseEmpty) })
  }
  if (schema.type === 'string') return changed(schema, { minLength: Math.max(1, schema.minLength ?? 0) })
  return schema.type === undefined ? { allOf: [schema, { not: { enum: ['', null] } }] } : schema
}

/** With TypeBox's marks, which are not enumerable: `Type.Refine` is one of them. */
function changed(schema: JsonSchema, keywords: JsonSchema): JsonSchema {
  const descriptors = { ...Object.getOwnPropertyDescriptors(schema), ...Object.getOwnPropertyDescriptors(keywords) }
  return Object.defineProperties({}, descriptors)
}
