import type { AnyPipeline } from '../pipeline.ts'
import type { Environment } from './environment.ts'
import { loadPipeline } from './pipeline-module.ts'
import { withPreset } from './presets.ts'
import { formatProblems } from './problem.ts'
import { readSettings, type ReadSettings } from './settings.ts'

/** The settings hold mistakes; the message lists them all. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * Loads the pipeline that the environment names and reads all settings, the pipeline's own and those of `PRESET` too.
 *
 * @throws SettingsError
 */
export async function readEnvironment(given: Environment): Promise<ReadSettings & { pipeline: AnyPipeline }> {
  const { environment, problem } = withPreset(given)
  if (problem !== undefined) throw new SettingsError(formatProblems([problem]))
  const pipeline = await pipelineOf(environment)
  const read = readSettings(environment, pipeline)
  if (read.problems.length > 0) throw new SettingsError(formatProblems(read.problems))
  return { ...read, pipeline }
}

async function pipelineOf(environment: Environment): Promise<AnyPipeline> {
  try {
    return await loadPipeline(environment.PIPELINE || undefined)
  } catch (error) {
    throw new SettingsError(`PIPELINE can't be loaded: ${(error as Error).message}`)
  }
}
