import type { AnyPipeline } from '../pipeline.ts'

/** The topics that rows go to. A row names its topic by its index here, the same in every thread. */
export interface Outputs {
  readonly topics: readonly string[]
  /** The pipeline's own outputs, in declared order, come first. */
  readonly names: readonly string[]
  readonly deadLetter: number
  /** -1 where filtered and expired records are only counted. */
  readonly cleaned: number
  /** What tells of the work on records; -1 where nothing does. */
  readonly metrics: number
  /** -1 where no summaries are made. */
  readonly summary: number
}

interface OutputSettings {
  readonly outputTopic: string
  readonly dlqTopic: string
  readonly cleanedTopic: string | undefined
  readonly metricsTopic?: string | undefined
  readonly summaryTopic?: string | undefined
}

/** The option that sets an output's topic: `outputTopic` for the first, `outputTopicLateOnes` for one called `late-ones`. */
export function outputOption(pipeline: AnyPipeline, output: string): string {
  if (Object.keys(pipeline.outputs)[0] === output) return 'outputTopic'
  const words = output.split(/[-_]/).map(word => word.charAt(0).toUpperCase() + word.slice(1))
  return `outputTopic${words.join('')}`
}

export function outputsOf(pipeline: AnyPipeline, settings: OutputSettings): Outputs {
  const names = Object.keys(pipeline.outputs)
  const byName = settings as unknown as Readonly<Record<string, string>>
  const topics = names.map(name => byName[outputOption(pipeline, name)])
  const deadLetter = topics.push(settings.dlqTopic) - 1
  const cleaned = settings.cleanedTopic === undefined ? -1 : topics.push(settings.cleanedTopic) - 1
  const metrics = settings.metricsTopic === undefined ? -1 : topics.push(settings.metricsTopic) - 1
  const summary = settings.summaryTopic === undefined ? -1 : topics.push(settings.summaryTopic) - 1
  return { topics, names, deadLetter, cleaned, metrics, summary }
}
