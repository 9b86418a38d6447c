import { mkdtempSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { environmentName } from '../../../src/config/option.ts'
import { optionsFor } from '../../../src/config/options.ts'
import { presetNames, presetsDir, withPreset } from '../../../src/config/presets.ts'
import { readEnvironment } from '../../../src/config/read-environment.ts'
import userLogin from '../../../pipelines/user-login/pipeline.ts'

function pipelineWithPreset(name: string, text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-'))
  mkdirSync(join(dir, 'presets'))
  writeFileSync(join(dir, 'presets', `${name}.env`), text)
  return join(dir, 'pipeline.ts')
}

describe('a preset', () => {
  test('is settings for those that the environment does not set itself; empty ones count as unset', () => {
    const PIPELINE = pipelineWithPreset('busy', 'LINGER_MS=50\n# why\nWORKERS=3\nSEED=4\n')
    const given = { PIPELINE, PRESET: 'busy', LINGER_MS: '5', WORKERS: '' }
    const { environment, problem } = withPreset(given)
    expect(problem).toBeUndefined()
    expect(environment).toEqual({ PIPELINE, PRESET: 'busy', LINGER_MS: '5', WORKERS: '3', SEED: '4' })
    expect(withPreset(environment).environment).toEqual(environment)
  })

  test('that does not exist is refused, naming those that do', async () => {
    const refused = readEnvironment({ PRESET: 'aduit' })
    await expect(refused).rejects.toThrow(
      /PRESET.*there is no preset 'aduit'.*audit, defaults, enrich, locale, schema/s
    )
    const { problem } = withPreset({ PIPELINE: '/nowhere/pipeline.ts', PRESET: 'audit' })
    expect(problem).toMatchObject({ settings: ['PRESET'], remedy: 'unset it' })
  })

  test('is no preset where none is named', () => {
    expect(withPreset({ LINGER_MS: '5', PRESET: '' })).toEqual({ environment: { LINGER_MS: '5', PRESET: '' } })
  })
})

describe('the presets of user-login', () => {
  const known = new Set(Object.keys(optionsFor(userLogin)).map(environmentName))

  test('are the five that there are', () => {
    expect(presetNames({}).toSorted()).toEqual(['audit', 'defaults', 'enrich', 'locale', 'schema'])
  })

  test.for(presetNames({}))('%s has only settings that exist, and they are read', async name => {
    const file = parseEnv(readFileSync(join(presetsDir({}), `${name}.env`), 'utf8'))
    expect(Object.keys(file).filter(setting => !known.has(setting))).toEqual([])
    const { settings } = await readEnvironment({ PRESET: name })
    expect(settings.outputTopic).toBe(file.OUTPUT_TOPIC)
    expect(settings.dlqTopic).toBe(file.DLQ_TOPIC)
  })
})
