import { pathToFileURL } from 'node:url'
import type { AnyPipeline } from '../pipeline.ts'

/**
 * Loads the pipeline that the setting `PIPELINE` names: a path as seen from the working directory, of a module whose
 * default export is a pipeline. `undefined` is the shipped one.
 */
export async function loadPipeline(path: string | undefined): Promise<AnyPipeline> {
  const loaded = (await import(pipelineUrl(path))) as { default?: AnyPipeline }
  if (typeof loaded.default?.transform !== 'function') {
    throw new Error(`PIPELINE: ${path} has no pipeline as its default export; see docs/pipelines.md`)
  }
  refuseConditions(path, loaded.default)
  return loaded.default
}

/** What an object's schema may say beside its fields: which of these a record must have, and any others, is for settings. */
const HEEDED: ReadonlySet<unknown> = new Set(
  'type properties required additionalProperties title description examples $id $schema ~kind ~unsafe'.split(' ')
)

/** A condition of the whole record would be passed over in silence, as it is the fields that are checked. */
function refuseConditions(path: string | undefined, { input }: AnyPipeline): void {
  const conditions = Reflect.ownKeys(input.schema as object).filter(key => !HEEDED.has(key))
  if (conditions.length === 0) return
  const which = conditions.map(key => String(key).replace('~', '')).join(', ')
  throw new Error(
    `PIPELINE: ${path} has an input schema with ${which}, and only its fields are checked; use context.deadLetter in transform`
  )
}

export function pipelineUrl(path: string | undefined): string {
  return path === undefined ? shippedPipeline : pathToFileURL(path).href
}

/** Runs from `.ts` in a checkout and from `.js` in the package, so the ending is this file's own. */
const shippedPipeline = new URL(
  `../../pipelines/user-login/pipeline${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url
).href
