import type { AnyPipeline } from '../../pipeline.ts'
import { isInput } from '../inputs.ts'
import type { CoreSettings } from '../options.ts'
import { outputsOf } from '../outputs.ts'
import { shown } from '../problem.ts'
import type { Rule } from '../rules.ts'

/** What a key can be made of; a list or an object has no text that all readers would write alike. */
const KEY_TYPES = new Set(['string', 'integer', 'number', 'boolean'])

interface JsonSchema {
  readonly type?: string
  readonly anyOf?: readonly JsonSchema[]
}

export const outputRules: readonly Rule[] = [
  {
    settings: ['inputTopic', 'metricsTopic'],
    holds: ({ inputTopic, metricsTopic }) => metricsTopic === undefined || !isInput(inputTopic, metricsTopic),
    wrong: ({ metricsTopic }) => `metrics go to ${metricsTopic}, which is read as an input too, without end`,
    remedy: 'name another topic; a pattern that matches too much can end with $'
  },
  {
    settings: ['metricsTopic'],
    holds: (settings, pipeline) => !isShared(settings, pipeline),
    wrong: ({ metricsTopic }) => `${metricsTopic} takes records of another kind, too`,
    remedy: 'name a topic of its own'
  },
  {
    settings: ['metricsTopic', 'redriveTopic'],
    holds: ({ metricsTopic, redriveTopic }) => metricsTopic === undefined || metricsTopic !== redriveTopic,
    wrong: ({ metricsTopic }) => `metrics go to ${metricsTopic}, which is read beside INPUT_TOPIC, without end`,
    remedy: 'name a topic of its own'
  },
  {
    settings: ['outputKey'],
    holds: (settings, pipeline) => outputWithoutKey(settings, pipeline) === undefined,
    wrong: (settings, pipeline) => withoutKeyText(settings, pipeline),
    remedy: 'name a field with a single value that every output has, or write input or none'
  },
  {
    settings: ['outputKey', 'requireKey'],
    holds: ({ outputKey, requireKey }) => outputKey !== 'none' || requireKey === 'off',
    wrong: () => 'no output record has a key, so every record would become a dead letter',
    remedy: 'set REQUIRE_KEY=off, or OUTPUT_KEY=input'
  },
  {
    settings: ['outputKey', 'tombstones'],
    holds: ({ outputKey, tombstones }) => outputKey !== 'none' || tombstones !== 'pass',
    wrong: () => 'a null value without a key deletes nothing',
    remedy: 'set TOMBSTONES=filter, or OUTPUT_KEY=input'
  }
]

/** What works but is probably not meant. */
export function outputWarnings({ outputKey, tombstones, metricsTopic, metricsEvery }: CoreSettings): string[] {
  const weak: [boolean, string][] = [
    [
      isField(outputKey) && tombstones === 'pass',
      `OUTPUT_KEY=${outputKey} with TOMBSTONES=pass: a null value has no such field and keeps the key of the input, so it ` +
        'deletes nothing that was written under the other one.'
    ],
    [
      metricsTopic === undefined && metricsEvery !== 'interval',
      `METRICS_EVERY=${metricsEvery} changes nothing while METRICS_TOPIC is not set.`
    ]
  ]
  return weak.filter(([isWeak]) => isWeak).map(([, text]) => text)
}

/** Whether `OUTPUT_KEY` names a field. */
export function isField(outputKey: string): boolean {
  return outputKey !== 'input' && outputKey !== 'none'
}

function isShared(settings: CoreSettings, pipeline: AnyPipeline): boolean {
  const { topics, metrics } = outputsOf(pipeline, settings)
  return metrics >= 0 && topics.some((topic, index) => index !== metrics && topic === topics[metrics])
}

function outputWithoutKey({ outputKey }: CoreSettings, { outputs }: AnyPipeline): string | undefined {
  if (!isField(outputKey)) return undefined
  return Object.keys(outputs).find(output => {
    const { properties } = outputs[output].schema
    return !Object.hasOwn(properties, outputKey) || !canBeKey(properties[outputKey])
  })
}

function withoutKeyText(settings: CoreSettings, pipeline: AnyPipeline): string {
  const output = outputWithoutKey(settings, pipeline) ?? ''
  const { properties } = pipeline.outputs[output].schema
  const fields = Object.keys(properties).filter(field => canBeKey(properties[field] as JsonSchema))
  return `${shown(settings.outputKey)} can't be the key of output ${output}, whose fields are ${fields.join(', ')}`
}

function canBeKey({ type, anyOf }: JsonSchema): boolean {
  if (anyOf !== undefined) return anyOf.every(member => member.type === 'null' || canBeKey(member))
  return type !== undefined && KEY_TYPES.has(type)
}
