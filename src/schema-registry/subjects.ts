import { isPattern } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import { outputsOf } from '../config/outputs.ts'
import type { AnyPipeline, OutputDefinition } from '../pipeline.ts'

/** A schema of the pipeline, and the name under which a registry keeps it. */
export interface SubjectSchema {
  readonly subject: string
  readonly schema: object
}

/** One for each topic that is read by its name; the serializers' own way to name them, unless a setting says otherwise. */
export function inputSubjects({ input }: AnyPipeline, { inputSubject, inputTopic }: CoreSettings): SubjectSchema[] {
  const { avro } = input
  if (avro === undefined) return []
  if (inputSubject !== undefined) return [{ subject: inputSubject, schema: avro }]
  return inputTopic.filter(topic => !isPattern(topic)).map(topic => ({ subject: `${topic}-value`, schema: avro }))
}

/** By output; undefined where one has no Avro schema. */
export function outputSubjects(pipeline: AnyPipeline, settings: CoreSettings): (SubjectSchema | undefined)[] {
  const { topics } = outputsOf(pipeline, settings)
  const definitions: OutputDefinition[] = Object.values(pipeline.outputs)
  return definitions.map(({ avro }, index) => {
    const own = index === 0 ? settings.outputSubject : undefined
    return avro && { subject: own ?? `${topics[index]}-value`, schema: avro }
  })
}
