import type { AnyPipeline } from '../pipeline.ts'
import type { Option, OptionTable, Settings } from './option.ts'
import { environmentName } from './option.ts'
import { connectionOptions } from './options/connection.ts'
import { deadLetterOptions } from './options/dead-letters.ts'
import { deadlineOptions } from './options/deadlines.ts'
import { deliveryOptions } from './options/delivery.ts'
import { failureOptions } from './options/failures.ts'
import { groupOptions } from './options/group.ts'
import { logOptions } from './options/logs.ts'
import { outputOptions } from './options/outputs.ts'
import { recordOptions } from './options/records.ts'
import { sampleOptions } from './options/samples.ts'
import { schemaRegistryOptions } from './options/schema-registry.ts'
import { summaryOptions } from './options/summaries.ts'
import { throughputOptions } from './options/throughput.ts'
import { topicSettingOptions } from './options/topic-settings.ts'
import { furtherOutputOptions, topicOptions } from './options/topics.ts'

/** Millrace's own options; several defaults are the pipeline's. */
export function coreOptions(pipeline: AnyPipeline) {
  return {
    ...topicOptions(pipeline),
    ...connectionOptions,
    ...groupOptions,
    ...deliveryOptions,
    ...recordOptions(pipeline),
    ...schemaRegistryOptions,
    ...outputOptions,
    ...summaryOptions,
    ...throughputOptions,
    ...deadlineOptions,
    ...failureOptions,
    ...deadLetterOptions,
    ...logOptions,
    ...topicSettingOptions,
    ...sampleOptions
  }
}

export type CoreOptions = ReturnType<typeof coreOptions>
export type CoreSettings = Settings<CoreOptions>

/**
 * Every option of a processor that runs this pipeline: Millrace's, a topic for each further output, the pipeline's own.
 * The type knows Millrace's only; `pipelineOptions` answers with the values of the pipeline's.
 *
 * @throws if two of them would be set by the same environment variable.
 */
export function optionsFor(pipeline: AnyPipeline): CoreOptions {
  const core = coreOptions(pipeline)
  const taken = new Set(Object.keys(core).map(environmentName))
  const added: OptionTable[] = [furtherOutputOptions(pipeline), pipeline.options]
  for (const option of added.flatMap(table => Object.keys(table))) {
    const name = environmentName(option)
    if (taken.has(name))
      throw new Error(`pipeline ${pipeline.name}: ${name} is already the name of another option; rename it`)
    taken.add(name)
  }
  return Object.assign(core, ...added)
}

/** The values of the pipeline's own options: what its transform sees as `context.options`. */
export function pipelineOptions(settings: CoreSettings, pipeline: AnyPipeline): Settings<OptionTable> {
  const values = settings as Settings<OptionTable>
  return Object.fromEntries(Object.keys(pipeline.options).map(option => [option, values[option]]))
}

/** The options with the environment variable of each, in the order of the table. */
export function namedOptions(table: OptionTable): readonly (readonly [name: string, option: Option])[] {
  return Object.entries(table).map(([option, described]) => [environmentName(option), described] as const)
}

/** The variable that names the file of a secret. */
export function secretFileName(name: string): string {
  return `${name}_FILE`
}
