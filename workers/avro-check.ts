import { recordType } from '../src/avro/record-type.ts'
import type { FieldReason } from './validation-reasons.ts'

/** `VALIDATE_WITH=avro`: whether a value could be written with the pipeline's Avro schema. */
export interface AvroCheck {
  isGood(value: object): boolean
  /** Why not, by field; what lies deeper counts as that field's. */
  reasons(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, FieldReason>
}

export function createAvroCheck(schema: object): AvroCheck {
  const type = recordType(schema)
  return {
    isGood: value => type.isValid(value),
    reasons: value => {
      const reasons = new Map<string, FieldReason>()
      const errorHook = ([field]: string[]) => {
        const isMissing = value[field] === undefined || value[field] === null
        if (!reasons.has(field)) reasons.set(field, isMissing ? 'missing' : 'wrong-type')
      }
      type.isValid(value, { errorHook })
      return reasons
    }
  }
}
