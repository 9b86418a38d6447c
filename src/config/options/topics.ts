import type { AnyPipeline } from '../../pipeline.ts'
import type { OptionTable } from '../option.ts'
import { outputOption } from '../outputs.ts'

const section = 'Pipeline and topics'

/** What Kafka allows as a topic's name. */
export const TOPIC_NAME = /(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}/
const TOPIC_OR_PATTERN = /\^.+|(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}/

/** What is read and where it goes; the defaults are the pipeline's. */
export function topicOptions(pipeline: AnyPipeline) {
  return {
    pipeline: {
      type: 'string',
      default: undefined,
      what: 'Path of a module whose default export is the pipeline to run.',
      why: 'Without it the shipped pipeline runs, user-login.',
      example: './my-pipeline.ts',
      section
    },
    preset: {
      type: 'string',
      default: undefined,
      what:
        'Name of a file in the presets folder of the pipeline: settings that belong together. What the environment sets ' +
        'itself is stronger. user-login has schema, audit, locale, enrich and defaults.',
      why: 'Without it every setting has its own default.',
      example: 'audit',
      section
    },
    inputTopic: {
      type: 'list',
      default: pipeline.input.topic,
      pattern: TOPIC_OR_PATTERN,
      what:
        'Topics to read, separated by commas. A name that begins with ^ is a regular expression (without commas): ' +
        'every topic that matches is read, new ones too as soon as they are seen.',
      why: "The pipeline's own input.",
      example: '^logins-[a-z]+$',
      section
    },
    groupId: {
      type: 'string',
      default: `millrace-${pipeline.name}`,
      what: 'Consumer group. Copies with the same group share the partitions; a new group starts at AUTO_OFFSET_RESET.',
      why: 'One group for each pipeline, so that two pipelines never take records from one another.',
      example: 'logins-eu',
      section
    },
    autoOffsetReset: {
      type: 'choice',
      default: 'earliest',
      values: ['earliest', 'latest', 'error'],
      what: 'Where to begin in a partition for which the group has no valid offset; error stops instead.',
      why: "Nothing lost: Kafka's own default, latest, skips what was written before the group's first start.",
      example: 'error',
      section
    },
    outputTopic: {
      type: 'string',
      default: firstOutputTopic(pipeline),
      pattern: TOPIC_NAME,
      what: `Topic of the pipeline's first output, ${firstOutput(pipeline)}.`,
      why: "The pipeline's own choice.",
      example: 'logins-clean',
      section
    },
    dlqTopic: {
      type: 'string',
      default: `${pipeline.input.topic}-dlq`,
      pattern: TOPIC_NAME,
      what: 'Topic of the dead letters: records that could not be handled, untouched, with headers that say why.',
      why: 'The input topic with -dlq.',
      example: 'logins-errors',
      section
    },
    cleanedTopic: {
      type: 'string',
      default: undefined,
      pattern: TOPIC_NAME,
      what: 'Topic of the records left out on purpose (filtered or expired), unchanged, with a header that names the rule.',
      why: 'Off: left-out records are counted only.',
      example: 'logins-cleaned',
      section
    }
  } as const satisfies OptionTable
}

/** `OUTPUT_TOPIC_<NAME>` for every output after the first. */
export function furtherOutputOptions(pipeline: AnyPipeline): OptionTable {
  const further = Object.keys(pipeline.outputs).slice(1)
  return Object.fromEntries(further.map(output => [outputOption(pipeline, output), furtherOutput(pipeline, output)]))
}

function furtherOutput(pipeline: AnyPipeline, output: string) {
  return {
    type: 'string',
    default: pipeline.outputs[output].topic,
    pattern: TOPIC_NAME,
    what: `Topic of the pipeline's output ${output}.`,
    why: "The pipeline's own choice.",
    example: `my-${output}`,
    section
  } as const
}

function firstOutputTopic(pipeline: AnyPipeline): string {
  return pipeline.outputs[firstOutput(pipeline)].topic
}

function firstOutput(pipeline: AnyPipeline): string {
  const [first] = Object.keys(pipeline.outputs)
  if (first === undefined) throw new Error(`pipeline ${pipeline.name}: it has no output; declare at least one`)
  return first
}
