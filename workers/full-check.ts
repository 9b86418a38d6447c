import { createRequire } from 'node:module'
import type { ValidateFunction } from 'ajv'
import { typebox } from '../src/schema/typebox.ts'
import type { RecordCheck } from './record-check.ts'
import { reasonsByField } from './validation-reasons.ts'

const require = createRequire(import.meta.url)

/**
 * Of any schema. TypeBox's compiled check passes a good record in 0.05 us. What it refuses goes to Ajv, which names all
 * errors in a twentieth of the time that TypeBox would take.
 */
export function createFullCheck(schema: object): RecordCheck {
  const type = typebox().Compile(schema)
  const explain = createExplainer(schema)
  return {
    isGood: value => type.Check(value),
    reasons: value => (explain(value) ? new Map() : reasonsByField(explain.errors ?? []))
  }
}

function createExplainer(schema: object): ValidateFunction {
  const { Ajv } = require('ajv') as typeof import('ajv')
  const { Format } = require('typebox/format') as typeof import('typebox/format')
  const ajv = new Ajv({ allErrors: true, strict: false, logger: false })
  // TypeBox's formats, so that the two can't disagree.
  for (const [name, test] of Format.Entries()) ajv.addFormat(name, test)
  return ajv.compile(schema)
}
