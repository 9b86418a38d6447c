import { writeFile } from 'node:fs/promises'
import type { AnyPipeline } from '../pipeline.ts'
import { optionsFor } from './options.ts'
import { loadPipeline } from './pipeline-module.ts'
import { environmentExample, referencePage } from './reference.ts'

/** The files that are written from the options, by their path in the repository. A test fails when one is stale. */
export function generatedFiles(pipeline: AnyPipeline): Readonly<Record<string, string>> {
  const table = optionsFor(pipeline)
  return { 'docs/configuration.md': referencePage(table), '.env.example': environmentExample(table) }
}

if (import.meta.main) {
  const pipeline = await loadPipeline(undefined)
  for (const [path, text] of Object.entries(generatedFiles(pipeline))) {
    await writeFile(new URL(`../../${path}`, import.meta.url), text)
  }
}
