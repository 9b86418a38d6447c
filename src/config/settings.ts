import { readFileSync } from 'node:fs'
import type { AnyPipeline } from '../pipeline.ts'
import type { Environment } from './environment.ts'
import { findStrangers } from './environment.ts'
import type { PassThrough } from './librdkafka.ts'
import { readPassThrough } from './librdkafka.ts'
import type { OptionTable } from './option.ts'
import { environmentName } from './option.ts'
import type { CoreSettings } from './options.ts'
import { optionsFor, pipelineOptions } from './options.ts'
import { parseValue } from './parse-value.ts'
import type { Problem } from './problem.ts'
import { type RawSettings, settingsFromRaw } from './raw-settings.ts'
import { findContradictions } from './rules.ts'
import type { ReadFile } from './secrets.ts'
import { readSecrets } from './secrets.ts'
import { findWarnings } from './warnings.ts'

export interface ReadSettings {
  /** Where a value is in `problems`, its default stands here. Use it only if there are none. */
  readonly settings: CoreSettings
  readonly raw: RawSettings
  readonly passThrough: PassThrough
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

/**
 * Reads and checks everything that the environment sets, and finds every mistake, not just the first. Pure, but for the
 * files that secrets are read from.
 *
 * @throws only if the pipeline itself is wrong, see `optionsFor`.
 */
export function readSettings(
  environment: Environment,
  pipeline: AnyPipeline,
  readFile: ReadFile = path => readFileSync(path, 'utf8')
): ReadSettings {
  const table = optionsFor(pipeline)
  const secrets = readSecrets(environment, table, readFile)
  const { raw, problems: unreadable } = readValues({ ...environment, ...secrets.values }, table)
  const settings = settingsFromRaw(raw, table)
  const passThrough = readPassThrough(environment)
  const single = [...findStrangers(environment, table), ...secrets.problems, ...unreadable, ...passThrough.problems]
  const broken = brokenBy(single)
  const contradictions = [...findContradictions(settings, pipeline, broken), ...ofPipeline(settings, pipeline, broken)]
  const problems = [...single, ...contradictions]
  const warnings = problems.length === 0 ? findWarnings(settings, pipeline) : []
  return { settings, raw, passThrough: passThrough.properties, problems, warnings }
}

/** The variables whose value is not the one that was meant; with a secret's file, the secret. */
function brokenBy(problems: readonly Problem[]): ReadonlySet<string> {
  const names = problems.flatMap(problem => problem.settings)
  return new Set(names.flatMap(name => [name, name.replace(/_FILE$/, '')]))
}

/** Only what is set and good: an empty value counts as unset. */
function readValues(environment: Environment, table: OptionTable): { raw: RawSettings; problems: Problem[] } {
  const raw: Record<string, string> = {}
  const problems: Problem[] = []
  for (const [option, described] of Object.entries(table)) {
    const name = environmentName(option)
    const text = environment[name]
    if (!text) continue
    const parsed = parseValue(name, described, text)
    if ('value' in parsed) raw[option] = text
    else problems.push({ settings: [name], ...parsed.objection })
  }
  return { raw, problems }
}

// A pipeline judges its options as a whole, so one that could not be read would make it speak of a value nobody set.
function ofPipeline(settings: CoreSettings, pipeline: AnyPipeline, broken: ReadonlySet<string>): Problem[] {
  if (Object.keys(pipeline.options).some(option => broken.has(environmentName(option)))) return []
  const sentences = pipeline.contradictions?.(pipelineOptions(settings, pipeline)) ?? []
  return sentences.map(wrong => ({ settings: [], wrong, remedy: '' }))
}
