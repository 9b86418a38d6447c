import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureRegistry, registryDirOf, registryJar } from '../../../scripts/broker/registry-archive.ts'
import { fileServer } from '../file-server.ts'
import { temporaryDir } from '../temporary-dir.ts'

const PATH = '/maven2/io/apicurio/apicurio-registry-app/3.0.9/apicurio-registry-app-3.0.9-all.tar.gz'

test('what is there already is not fetched', async () => {
  const dir = registryDirOf(temporaryDir())
  mkdirSync(dirname(registryJar(dir)), { recursive: true })
  writeFileSync(registryJar(dir), '')
  await expect(ensureRegistry(dir, 'http://127.0.0.1:1')).resolves.toBeUndefined()
})

test('another file than the expected one is refused, and nothing of it stays', async () => {
  const root = temporaryDir()
  const { url, requested } = await fileServer({ [PATH]: 'not the registry' })
  await expect(ensureRegistry(registryDirOf(root), `${url}/maven2/`)).rejects.toThrow(
    'is not the expected file: SHA-256'
  )
  expect(requested).toEqual([PATH])
  expect(readdirSync(root)).toEqual([])
})

test('a mirror without it is named', async () => {
  const root = temporaryDir()
  const { url } = await fileServer({})
  await expect(ensureRegistry(registryDirOf(root), url)).rejects.toThrow(join(url, '').slice(7))
  expect(existsSync(registryJar(registryDirOf(root)))).toBe(false)
})
