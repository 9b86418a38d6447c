import type { AnyPipeline } from '../../pipeline.ts'
import { compileValueCheck } from '../../schema/value-check.ts'
import type { CoreSettings } from '../options.ts'
import { shown } from '../problem.ts'
import type { Rule } from '../rules.ts'

type Checks = Readonly<Record<string, ((value: unknown) => string | undefined) | undefined>>

const NO_EVENT_TIME = 'the pipeline does not say when an event happened (input.eventTimeMs)'

/** A rule that no record can meet would make every record a dead letter. */
export const recordRules: readonly Rule[] = [
  {
    settings: ['requiredFields'],
    holds: (settings, pipeline) => unknownField(settings.requiredFields, pipeline) === undefined,
    wrong: (settings, pipeline) => unknownFieldText(settings.requiredFields, pipeline),
    remedy: 'name only fields of the schema'
  },
  {
    settings: ['fieldDefaults'],
    holds: (settings, pipeline) => unknownField(Object.keys(settings.fieldDefaults), pipeline) === undefined,
    wrong: (settings, pipeline) => unknownFieldText(Object.keys(settings.fieldDefaults), pipeline),
    remedy: 'name only fields of the schema'
  },
  {
    settings: ['fieldDefaults'],
    holds: (settings, pipeline) => unfitDefault(settings, pipeline) === undefined,
    wrong: (settings, pipeline) => `the schema does not allow the default of ${unfitDefault(settings, pipeline)}`,
    remedy: 'write one that a record could hold'
  },
  {
    settings: ['ageClock'],
    holds: (settings, pipeline) => settings.ageClock !== 'event' || pipeline.input.eventTimeMs !== undefined,
    wrong: () => NO_EVENT_TIME,
    remedy: 'set AGE_CLOCK=record'
  },
  {
    settings: ['outputTimestamp'],
    holds: (settings, pipeline) => settings.outputTimestamp !== 'event' || pipeline.input.eventTimeMs !== undefined,
    wrong: () => NO_EVENT_TIME,
    remedy: 'set OUTPUT_TIMESTAMP to input or now'
  }
]

function unknownField(fields: readonly string[], pipeline: AnyPipeline): string | undefined {
  return fields.find(field => !Object.hasOwn(pipeline.input.schema.properties, field))
}

function unknownFieldText(fields: readonly string[], pipeline: AnyPipeline): string {
  const known = Object.keys(pipeline.input.schema.properties).join(', ')
  return `${shown(unknownField(fields, pipeline) ?? '')} is not a field of the schema, which has ${known}`
}

/** The field whose default its own schema or check refuses; unknown fields are another rule's. */
function unfitDefault({ fieldDefaults }: CoreSettings, { input }: AnyPipeline): string | undefined {
  const known = Object.keys(fieldDefaults).filter(field => Object.hasOwn(input.schema.properties, field))
  const checks: Checks = input.checks ?? {}
  return known.find(field => {
    const value = fieldDefaults[field]
    return !compileValueCheck(input.schema.properties[field])(value) || checks[field]?.(value) !== undefined
  })
}
