import type { CoreSettings } from '../src/config/options.ts'
import { outputsOf, type Outputs } from '../src/config/outputs.ts'
import type { AnyPipeline } from '../src/pipeline.ts'
import type { TaskSchemas } from '../src/pool/protocol.ts'
import type { InputCodec, OutputCodec } from './codecs/codec.ts'
import { createInputCodec, createOutputCodecs } from './codecs/create-codecs.ts'
import { createOutputKey, type OutputKey } from './output-key.ts'
import { createValidator } from './validate.ts'

/** All that a worker needs to know to run records: made once, from the pipeline and the settings. */
export interface WorkerPlan {
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  readonly outputs: Outputs
  readonly inputCodec: InputCodec
  readonly validator: ReturnType<typeof createValidator>
  /** By output index, for the pipeline's own outputs. */
  readonly outputCodecs: readonly OutputCodec[]
  /** By output index; undefined where the key is the input's or the transform's. */
  readonly outputKeys: readonly (OutputKey | undefined)[]
  /** No output may be without a key. */
  readonly requireKey: boolean
  /** Every row of an output has an id that repetitions share. */
  readonly eventIds: boolean
  readonly passHeaders: boolean
  /** Records or rows are Avro, so that a row has a schema of its own, or none. */
  readonly ownSchemas: boolean
  /** Every row names the record that it was made of. */
  readonly provenance: boolean
  readonly outputTimestamp: CoreSettings['outputTimestamp']
  readonly maxOutputBytes: number
  eventTimeMs(value: Readonly<Record<string, unknown>>): number
}

export function createPlan(pipeline: AnyPipeline, settings: CoreSettings): WorkerPlan {
  const { schema, checks, avro, eventTimeMs } = pipeline.input
  return {
    pipeline,
    settings,
    outputs: outputsOf(pipeline, settings),
    inputCodec: createInputCodec(pipeline, settings),
    validator: createValidator({
      schema,
      requiredFields: settings.requiredFields,
      fieldDefaults: settings.fieldDefaults,
      extraFields: settings.extraFields,
      checks,
      avro: settings.validateWith === 'avro' ? avro : undefined
    }),
    outputCodecs: createOutputCodecs(pipeline, settings),
    outputKeys: Object.values(pipeline.outputs).map(output =>
      createOutputKey(settings, (output as { schema: typeof schema }).schema)
    ),
    requireKey: settings.requireKey === 'on',
    eventIds: settings.eventIdHeaders === 'on',
    passHeaders: settings.passHeaders === 'on',
    ownSchemas: settings.inputCodec === 'avro' || settings.outputCodec === 'avro',
    provenance: settings.provenanceHeaders === 'on',
    outputTimestamp: settings.outputTimestamp,
    maxOutputBytes: settings.maxOutputBytes,
    eventTimeMs: eventTimeMs ?? (() => -1)
  }
}

/** What a task's records and rows need of the schema registry: to be called before it runs. */
export function learnSchemas({ inputCodec, outputCodecs }: WorkerPlan, schemas: TaskSchemas): void {
  inputCodec.learn(schemas)
  for (const codec of outputCodecs) codec.learn(schemas)
}
