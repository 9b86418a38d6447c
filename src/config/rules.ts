import type { AnyPipeline } from '../pipeline.ts'
import { environmentName } from './option.ts'
import type { CoreOptions, CoreSettings } from './options.ts'
import type { Problem } from './problem.ts'
import { connectionRules } from './rules/connection.ts'
import { deadLetterRules } from './rules/dead-letters.ts'
import { deadlineRules } from './rules/deadlines.ts'
import { outputRules } from './rules/outputs.ts'
import { recordRules } from './rules/records.ts'
import { sampleRules } from './rules/samples.ts'
import { schemaRegistryRules } from './rules/schema-registry.ts'
import { sizeRules } from './rules/sizes.ts'
import { summaryRules } from './rules/summaries.ts'
import { topicSettingRules } from './rules/topic-settings.ts'
import { topicRules } from './rules/topics.ts'
import { transportRules } from './rules/transport.ts'

/**
 * What must hold between settings. A table of these says all of it; a new rule is a new entry, and a test that opens
 * with the mistake it stops.
 */
export interface Rule {
  /** Skipped if one of these is in a mistake of its own: its value is then not what was meant. */
  readonly settings: readonly (keyof CoreOptions)[]
  holds(settings: CoreSettings, pipeline: AnyPipeline): boolean
  /** Continues the sentence that the names of the settings begin. */
  wrong(settings: CoreSettings, pipeline: AnyPipeline): string
  readonly remedy: string
}

export const rules: readonly Rule[] = [
  ...topicRules,
  ...topicSettingRules,
  ...connectionRules,
  ...recordRules,
  ...schemaRegistryRules,
  ...outputRules,
  ...summaryRules,
  ...deadLetterRules,
  ...deadlineRules,
  ...transportRules,
  ...sizeRules,
  ...sampleRules
]

/** The rules that these settings break. `broken` are the variables that already are in a mistake. */
export function findContradictions(
  settings: CoreSettings,
  pipeline: AnyPipeline,
  broken: ReadonlySet<string> = new Set()
): Problem[] {
  const judged = rules.filter(rule => !rule.settings.some(option => broken.has(environmentName(option))))
  return judged
    .filter(rule => !rule.holds(settings, pipeline))
    .map(rule => ({
      settings: rule.settings.map(environmentName),
      wrong: rule.wrong(settings, pipeline),
      remedy: rule.remedy
    }))
}
