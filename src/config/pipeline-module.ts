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
  return loaded.default
}

export function pipelineUrl(path: string | undefined): string {
  return path === undefined ? shippedPipeline : pathToFileURL(path).href
}

/** Runs from `.ts` in a checkout and from `.js` in the package, so the ending is this file's own. */
const shippedPipeline = new URL(
  `../../pipelines/user-login/pipeline${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url
).href
