import type { TObject } from 'typebox'

export interface FieldRules {
  readonly schema: TObject
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
export function applySettings({ schema, requiredFields, extraFields }: FieldRules): object {
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
    return { ...schema, anyOf: schema.anyOf.filter(member => member.type !== 'null').map(refuseEmpty) }
  }
  if (schema.type === 'string') return { ...schema, minLength: Math.max(1, schema.minLength ?? 0) }
  return schema.type === undefined ? { allOf: [schema, { not: { enum: ['', null] } }] } : schema
}
