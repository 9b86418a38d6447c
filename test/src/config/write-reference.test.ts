import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadPipeline } from '../../../src/config/pipeline-module.ts'
import { generatedFiles } from '../../../src/config/write-reference.ts'

const files = Object.entries(generatedFiles(await loadPipeline(undefined)))

describe.each(files)('%s', (path, text) => {
  test('is what `node src/config/write-reference.ts` writes from the options', () => {
    expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text)
  })
})
