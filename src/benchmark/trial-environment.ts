import type { Environment } from '../config/environment.ts'
import { environmentName } from '../config/option.ts'
import type { CoreSettings } from '../config/options.ts'
import { outputOption, outputsOf } from '../config/outputs.ts'
import { withPreset } from '../config/presets.ts'
import type { AnyPipeline } from '../pipeline.ts'

/** What a trial reads and writes, and as whom: all of it the bench's own. */
export interface TrialPlace {
  readonly input: string
  readonly group: string
  /** The bench's topic in place of one of the user's. */
  outputFor(topic: string): string
}

/** Nothing of these may meet what runs already, or keep a trial from its end. */
const ALONE = {
  // Read already, and not to be read again over what a trial sets.
  PRESET: '',
  REDRIVE_TOPIC: '',
  GROUP_INSTANCE_ID: '',
  INSTANCE_ID: '',
  CONTROL_SOCKET: 'off',
  AUTO_OFFSET_RESET: 'earliest',
  FUSE_ACTION: 'off',
  LOG_LEVEL: 'error'
} as const

/**
 * The user's environment, so that the pipeline does just what it does for the user, with topics and a group of the
 * bench's own.
 */
export function trialEnvironment(
  given: Environment,
  { pipeline, settings }: { readonly pipeline: AnyPipeline; readonly settings: CoreSettings },
  place: TrialPlace
): Environment {
  const { environment } = withPreset(given)
  return {
    ...environment,
    ...ALONE,
    ...outputVariables(pipeline, settings, place),
    ...subjectVariables(pipeline, settings),
    INPUT_TOPIC: place.input,
    GROUP_ID: place.group
  }
}

/** The topics that a pipeline with these settings writes to, each once. */
export function topicsWritten(pipeline: AnyPipeline, settings: CoreSettings): string[] {
  return [...new Set(outputsOf(pipeline, settings).topics)]
}

function outputVariables(pipeline: AnyPipeline, settings: CoreSettings, place: TrialPlace): Environment {
  const { topics, names, deadLetter, cleaned, metrics, summary } = outputsOf(pipeline, settings)
  const further: [string, number][] = [
    ['DLQ_TOPIC', deadLetter],
    ['CLEANED_TOPIC', cleaned],
    ['METRICS_TOPIC', metrics],
    ['SUMMARY_TOPIC', summary]
  ]
  const own = names.map((name, index): [string, number] => [environmentName(outputOption(pipeline, name)), index])
  const written = [...own, ...further].filter(([, index]) => index >= 0)
  return Object.fromEntries(written.map(([variable, index]) => [variable, place.outputFor(topics[index])]))
}

/** Why trials of these settings can't be had; undefined if they can. */
export function refusalOf(
  pipeline: AnyPipeline,
  { outputCodec }: Pick<CoreSettings, 'outputCodec'>
): string | undefined {
  const [, ...further] = Object.entries(pipeline.outputs)
  if (outputCodec !== 'avro' || !further.some(([, { avro }]) => avro !== undefined)) return undefined
  const why = 'the schemas of outputs beside the first one are registered for the names of their topics'
  return `OUTPUT_CODEC=avro with several outputs can't be measured: ${why}. OUTPUT_CODEC=json can`
}

/** Schemas are registered for the user's topics, and not for the bench's. */
function subjectVariables(pipeline: AnyPipeline, settings: CoreSettings): Environment {
  if (settings.outputCodec !== 'avro') return {}
  const [first] = outputsOf(pipeline, settings).topics
  return { OUTPUT_SUBJECT: settings.outputSubject ?? `${first}-value` }
}
