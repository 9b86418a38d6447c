import type { CoreSettings } from '../src/config/options.ts'
import { outputsOf, type Outputs } from '../src/config/outputs.ts'
import type { AnyPipeline } from '../src/pipeline.ts'
import { createJsonParser } from './parse.ts'
import { createSerializer, type Serialize } from './serialize.ts'
import { createValidator } from './validate.ts'

/** All that a worker needs to know to run records: made once, from the pipeline and the settings. */
export interface WorkerPlan {
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  readonly outputs: Outputs
  readonly parser: ReturnType<typeof createJsonParser>
  readonly validator: ReturnType<typeof createValidator>
  /** By output index, for the pipeline's own outputs. */
  readonly serializers: readonly Serialize[]
  readonly passHeaders: boolean
  /** Every row names the record that it was made of. */
  readonly provenance: boolean
  readonly outputTimestamp: CoreSettings['outputTimestamp']
  readonly maxOutputBytes: number
  eventTimeMs(value: Readonly<Record<string, unknown>>): number
}

export function createPlan(pipeline: AnyPipeline, settings: CoreSettings): WorkerPlan {
  const { schema, checks, eventTimeMs } = pipeline.input
  return {
    pipeline,
    settings,
    outputs: outputsOf(pipeline, settings),
    parser: createJsonParser({
      maxDepth: settings.maxDepth,
      rejectDuplicateKeys: settings.rejectDuplicateKeys === 'on',
      stringFields: Object.keys(schema.properties)
    }),
    validator: createValidator({
      schema,
      requiredFields: settings.requiredFields,
      fieldDefaults: settings.fieldDefaults,
      extraFields: settings.extraFields,
      checks
    }),
    serializers: Object.values(pipeline.outputs).map(output =>
      createSerializer((output as { schema: typeof schema }).schema, schema, settings.extraFields === 'keep')
    ),
    passHeaders: settings.passHeaders === 'on',
    provenance: settings.provenanceHeaders === 'on',
    outputTimestamp: settings.outputTimestamp,
    maxOutputBytes: settings.maxOutputBytes,
    eventTimeMs: eventTimeMs ?? (() => -1)
  }
}
