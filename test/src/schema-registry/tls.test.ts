import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { SchemaRegistry } from '../../../src/schema-registry/schema-registry.ts'
import { registryServer } from '../../fixtures/registry-server.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

describe.skipIf(!hasOpenssl)('a registry over TLS', () => {
  let dir: string
  const path = (file: string) => join(dir, file)
  const read = (file: string) => readFileSync(path(file))

  function openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' })
  }

  function authority(name: string): void {
    openssl(
      'req',
      '-x509',
      ...EC_KEY,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`
    )
  }

  function signed(name: string, by: string): void {
    openssl(
      'req',
      ...EC_KEY,
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`
    )
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-days',
      '2',
      '-copy_extensions',
      'copy',
      '-out',
      `${name}.pem`
    )
  }

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
    for (const name of ['ours', 'strangers']) authority(name)
    signed('server', 'ours')
    signed('client', 'ours')
    signed('stranger', 'strangers')
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  async function probe(files: object, mutual = false): Promise<string> {
    const { url } = await registryServer(() => [200, []], {
      key: read('server.key'),
      cert: read('server.pem'),
      ...(mutual && { requestCert: true, ca: read('ours.pem') })
    })
    const registry = new SchemaRegistry({ url, timeoutMs: 5000, ...files })
    onTestFinished(() => registry.close())
    return registry.probe().then(
      () => 'it answers',
      (error: Error) => error.message
    )
  }

  test('is trusted if its authority is', async () => {
    expect(await probe({ caFile: path('ours.pem') })).toBe('it answers')
    expect(await probe({ caFile: path('strangers.pem') })).toContain('certificate')
    expect(await probe({})).toContain('certificate')
  })

  test('may want to know who asks, by a certificate', async () => {
    const files = (name: string) => ({
      caFile: path('ours.pem'),
      certFile: path(`${name}.pem`),
      keyFile: path(`${name}.key`)
    })
    expect(await probe(files('client'), true)).toBe('it answers')
    expect(await probe(files('stranger'), true)).toContain('schema registry https://')
    expect(await probe({ caFile: path('ours.pem') }, true)).toContain('schema registry https://')
  })

  test('a file that is not there is told by the name of its setting', () => {
    expect(() => new SchemaRegistry({ url: 'https://r', caFile: '/nowhere', timeoutMs: 1 })).toThrow(
      "SCHEMA_REGISTRY_CA_FILE names a file that can't be read (ENOENT)"
    )
  })
})
