import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { loadPipeline } from '../../../src/config/pipeline-module.ts'
import { definePipeline } from '../../../src/pipeline.ts'

async function moduleOf(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'millrace-')), 'pipeline.mjs')
  await writeFile(path, text)
  return path
}

test('a pipeline is loaded from the path of its module', async () => {
  const path = await moduleOf('export default { name: "mine", input: { schema: {} }, transform() {} }')
  expect((await loadPipeline(path)).name).toBe('mine')
})

test('a module without a pipeline is refused, naming the setting and the path', async () => {
  const path = await moduleOf('export const pipeline = 1')
  await expect(loadPipeline(path)).rejects.toThrow(`PIPELINE: ${path}`)
})

test('a condition of the whole record is refused: it would be passed over in silence', async () => {
  const schema = Type.Refine(Type.Object({ word: Type.String() }), ({ word }) => word !== '')
  const pipeline = definePipeline({
    name: 'mine',
    input: { topic: 'words', schema },
    outputs: {},
    options: {},
    transform() {}
  })
  const path = await moduleOf('export default globalThis.pipelineUnderTest')
  Object.assign(globalThis, { pipelineUnderTest: pipeline })
  await expect(loadPipeline(path)).rejects.toThrow(`PIPELINE: ${path} has an input schema with refine`)
})
