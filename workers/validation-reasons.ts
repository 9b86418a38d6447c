import type { ErrorObject } from 'ajv'

/**
 * Why a field of a record was refused: a closed list, so that a dead letter can say it without quoting the record. A
 * pipeline's own checks add theirs.
 */
export type FieldReason =
  | 'missing'
  | 'empty'
  | 'wrong-type'
  | 'out-of-range'
  | 'wrong-length'
  | 'wrong-format'
  | 'not-allowed'
  | 'unexpected-field'

/** Stands for fields that the schema does not know: their names come from the record, and may be personal. */
export const ANY_FIELD = '*'

const reasonsByKeyword: Readonly<Record<string, FieldReason>> = {
  required: 'missing',
  dependentRequired: 'missing',
  additionalProperties: 'unexpected-field',
  unevaluatedProperties: 'unexpected-field',
  minimum: 'out-of-range',
  maximum: 'out-of-range',
  exclusiveMinimum: 'out-of-range',
  exclusiveMaximum: 'out-of-range',
  multipleOf: 'out-of-range',
  minLength: 'wrong-length',
  maxLength: 'wrong-length',
  minItems: 'wrong-length',
  maxItems: 'wrong-length',
  pattern: 'wrong-format',
  format: 'wrong-format',
  const: 'not-allowed',
  enum: 'not-allowed',
  not: 'not-allowed',
  uniqueItems: 'not-allowed'
}

/** The reasons of Ajv's errors by the record's own field; what lies deeper counts as that field's. */
export function reasonsByField(errors: readonly ErrorObject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byField = new Map<string, Set<string>>()
  for (const error of errors) {
    // Each alternative of a union complains in its own way; the union's own error follows and says it once.
    if (/\/(?:anyOf|oneOf)\/\d+\//.test(error.schemaPath)) continue
    const field = fieldOf(error)
    const reasons = byField.get(field) ?? new Set()
    byField.set(field, reasons.add(reasonsByKeyword[error.keyword] ?? 'wrong-type'))
  }
  return byField
}

function fieldOf(error: ErrorObject): string {
  const [, field] = error.instancePath.split('/', 2)
  if (field !== undefined) return field.replaceAll('~1', '/').replaceAll('~0', '~')
  return error.keyword === 'required' ? String(error.params['missingProperty']) : ANY_FIELD
}
