import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findJava } from '../../scripts/broker/java.ts'
import { registryDown, registryUp, wantsRegistry } from '../../scripts/broker/local-registry.ts'
import { ensureRegistry, registryDirOf } from '../../scripts/broker/registry-archive.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const START_AT_MOST_MS = 180_000

test('a schema registry is wanted where the settings ask for Avro and name none', () => {
  expect(wantsRegistry({})).toBe(false)
  expect(wantsRegistry({ PRESET: 'schema' })).toBe(true)
  expect(wantsRegistry({ PRESET: 'audit' })).toBe(false)
  expect(wantsRegistry({ OUTPUT_CODEC: 'avro' })).toBe(true)
  expect(wantsRegistry({ PRESET: 'schema', SCHEMA_REGISTRY_URL: 'http://elsewhere' })).toBe(false)
  expect(wantsRegistry({ PRESET: 'schema', VALIDATE_WITH: 'types' })).toBe(false)
})

describe.skipIf((await findJava()) === undefined)('make up and make down, with Avro', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
  const place = { root: ROOT, dir }
  afterAll(async () => {
    await registryDown(place)
    rmSync(dir, { recursive: true })
  })

  test(
    'a registry with the schemas in it, once however often it is asked for, and gone at the end',
    { timeout: START_AT_MOST_MS },
    async () => {
      const shared = registryDirOf(join(ROOT, '.kafka'))
      await ensureRegistry(shared)
      mkdirSync(dir, { recursive: true })
      symlinkSync(shared, registryDirOf(dir))
      await registryUp(place)
      const first = readFileSync(join(dir, 'registry.json'), 'utf8')
      const { url } = JSON.parse(first) as { url: string }
      const answer = await fetch(`${url}/subjects/user-login-value/versions/latest`)
      const { schema } = (await answer.json()) as { schema: string }
      expect(JSON.parse(schema)).toMatchObject({ type: 'record' })

      await registryUp(place)
      expect(readFileSync(join(dir, 'registry.json'), 'utf8')).toBe(first)
      await registryDown(place)
      await expect(fetch(url)).rejects.toThrow('fetch failed')
    }
  )
})
