import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import type { Environment } from './environment.ts'
import { pipelineUrl } from './pipeline-module.ts'
import type { Problem } from './problem.ts'

const ENDING = '.env'

/** `presets/<name>.env` beside the pipeline's module: settings that belong together, under one name. */
export function presetsDir(environment: Environment): string {
  return join(dirname(fileURLToPath(pipelineUrl(environment.PIPELINE || undefined))), 'presets')
}

export function presetNames(environment: Environment): string[] {
  try {
    const files = readdirSync(presetsDir(environment))
    return files.filter(file => file.endsWith(ENDING)).map(file => file.slice(0, -ENDING.length))
  } catch {
    return []
  }
}

/**
 * The environment with the settings of the preset that `PRESET` names, where it does not set them itself; an empty value
 * counts as unset, as everywhere. Applied again it changes nothing.
 *
 * @example withPreset({ PRESET: 'locale', DROPPED_LOCALES: 'BY' }) // DROPPED_LOCALES is BY
 */
export function withPreset(environment: Environment): { environment: Environment; problem?: Problem } {
  const { PRESET: name } = environment
  if (!name) return { environment }
  const names = presetNames(environment)
  if (!names.includes(name)) return { environment, problem: unknownPreset(name, names) }
  const preset = parseEnv(readFileSync(join(presetsDir(environment), name + ENDING), 'utf8'))
  const given = Object.entries(environment).filter(([, value]) => value)
  return { environment: { ...preset, ...Object.fromEntries(given) } }
}

function unknownPreset(name: string, names: readonly string[]): Problem {
  const remedy = names.length === 0 ? 'unset it' : `write one of ${names.join(', ')}, or unset it`
  return { settings: ['PRESET'], wrong: `there is no preset '${name}'`, remedy }
}
