import { isInput, isPattern } from '../config/inputs.ts'
import type { CoreSettings } from '../config/options.ts'
import { environmentName } from '../config/option.ts'
import { outputOption, outputsOf } from '../config/outputs.ts'
import type { AnyPipeline } from '../pipeline.ts'

/** What a topic is to the pipeline, and what the pipeline promises of it. */
export interface TopicRole {
  readonly name: string
  /** The variable that names the topic. */
  readonly setting: string
  readonly isRead: boolean
  readonly isWritten: boolean
  /** Whose time its records carry; others' writing, it is not ours to say. */
  readonly timestamps: 'others' | 'input' | 'event' | 'now'
  /** The keys of the input, which may be missing; a field's value; none; or, of reports, ones that no two records share. */
  readonly keys: 'input' | 'field' | 'none' | 'unique'
  /** Whether somebody is to come back to each of its records, so that none may vanish before. */
  readonly isKept: boolean
}

/** A topic in one role; one that has several is there once for each. */
export interface RoleOfTopic {
  readonly topic: string
  readonly role: TopicRole
}

const READ = { isRead: true, isWritten: false, timestamps: 'others', keys: 'input', isKept: false } as const
const LEFT_OUT = { isRead: false, isWritten: true, timestamps: 'input', keys: 'input', isKept: false } as const
const KEPT = { ...LEFT_OUT, isKept: true } as const
/** What the processor reports of itself: summaries, metrics, and whatever may come to that. */
const REPORT = { isRead: false, isWritten: true, timestamps: 'now', keys: 'unique', isKept: false } as const

type Traits = Omit<TopicRole, 'name' | 'setting'>

const known: Readonly<Record<string, readonly [name: string, traits: Traits]>> = {
  dlqTopic: ['dead-letters', KEPT],
  cleanedTopic: ['cleaned', LEFT_OUT],
  redriveTopic: ['redrive', { ...READ, isWritten: true, timestamps: 'input' }],
  quarantineTopic: ['quarantine', KEPT]
}

/**
 * Every topic of the pipeline. `existing` are the cluster's topics, among which patterns find theirs. A setting that names
 * a topic and is not known here, as a later version may have one, counts as a report.
 */
export function topicRoles(
  settings: CoreSettings,
  pipeline: AnyPipeline,
  existing: readonly string[] = []
): RoleOfTopic[] {
  const outputs = new Set(outputsOf(pipeline, settings).names.map(output => outputOption(pipeline, output)))
  const others = Object.keys(settings).filter(
    option => option.endsWith('Topic') && option !== 'inputTopic' && !outputs.has(option)
  )
  return [
    ...inputRoles(settings, existing),
    ...outputRoles(settings, pipeline),
    ...others.flatMap(option => otherRole(settings, option))
  ]
}

function inputRoles({ inputTopic }: CoreSettings, existing: readonly string[]): RoleOfTopic[] {
  const named = inputTopic.filter(topic => !isPattern(topic))
  const matched = existing.filter(topic => !named.includes(topic) && isInput(inputTopic, topic))
  const role = { name: 'input', setting: 'INPUT_TOPIC', ...READ }
  return [...named, ...matched].map(topic => ({ topic, role }))
}

function outputRoles(settings: CoreSettings, pipeline: AnyPipeline): RoleOfTopic[] {
  const { names, topics } = outputsOf(pipeline, settings)
  const traits = { ...LEFT_OUT, timestamps: settings.outputTimestamp, keys: keysOf(settings) }
  return names.map((name, index) => ({
    topic: topics[index],
    role: { name, setting: environmentName(outputOption(pipeline, name)), ...traits }
  }))
}

function keysOf({ outputKey }: CoreSettings): TopicRole['keys'] {
  return outputKey === 'input' || outputKey === 'none' ? outputKey : 'field'
}

function otherRole(settings: CoreSettings, option: string): RoleOfTopic[] {
  const topic = (settings as unknown as Readonly<Record<string, unknown>>)[option]
  if (typeof topic !== 'string') return []
  const [name, traits] = known[option] ?? [roleName(option), REPORT]
  if (name === 'redrive' && isInput(settings.inputTopic, topic)) return []
  return [{ topic, role: { name, setting: environmentName(option), ...traits } }]
}

/** `summaryTopic` -> `summary`. */
function roleName(option: string): string {
  return environmentName(option.replace(/Topic$/, ''))
    .toLowerCase()
    .replaceAll('_', '-')
}
