import { describe, expect, onTestFinished, test } from 'vitest'
import type { RegistryAccess } from '../../../src/schema-registry/http-client.ts'
import { register, standingOf } from '../../../src/schema-registry/registration.ts'
import { SchemaRegistry } from '../../../src/schema-registry/schema-registry.ts'
import { type Answer, type AskedFor, registryServer } from '../../fixtures/registry-server.ts'

const schema = { type: 'record', name: 'a', fields: [{ name: 'b', type: 'string' }] }
const text = JSON.stringify(schema)
const notFound: Answer = [404, { error_code: 40403, message: 'Schema not found' }]
const GUID = '00112233445566778899aabbccddeeff'

async function registryWith(answer: (asked: AskedFor) => Answer, access: Partial<RegistryAccess> = {}) {
  const server = await registryServer(answer)
  const registry = new SchemaRegistry({ url: `${server.url}/api/`, timeoutMs: 2000, ...access })
  onTestFinished(() => registry.close())
  return { registry, ...server }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error('it did not fail'),
    (error: Error) => error
  )

describe('a request', () => {
  test('tells who asks, by user name and password or by a token', async () => {
    const byName = await registryWith(() => [200, []], { username: 'ann', password: 'söcret:' })
    await byName.registry.probe()
    expect(byName.asked[0].authorization).toBe(`Basic ${Buffer.from('ann:söcret:').toString('base64')}`)
    const byToken = await registryWith(() => [200, []], { token: 'abc' })
    await byToken.registry.probe()
    expect(byToken.asked[0]).toMatchObject({ path: '/api/schemas/types', authorization: 'Bearer abc' })
  })

  test.each([
    [
      [500, { error_code: 50001, message: 'no store' }],
      { status: 500, code: 50001 },
      'answers 500 to GET /schemas/types: no store'
    ],
    [[503, '<html>'], { status: 503 }, 'answers 503'],
    [[401, { error_code: 401, message: 'Unauthorized' }], { status: 401, isDenial: true }, 'Unauthorized'],
    [[200, 'welcome'], { status: 200, isAbsence: false }, 'answers 200'],
    [[302, ''], { status: 302 }, 'answers 302']
  ] as const)('that is answered %j fails with what was said', async (answer, error, message) => {
    const { registry } = await registryWith(() => answer)
    const failure = await failureOf(registry.probe())
    expect(failure).toMatchObject(error)
    expect(failure.message).toContain(message)
  })

  test('has a limit of time', async () => {
    const { registry } = await registryWith(() => undefined, { timeoutMs: 150 })
    expect((await failureOf(registry.probe())).message).toContain(
      'no answer within 150 ms (SCHEMA_REGISTRY_TIMEOUT_MS)'
    )
  })

  test('to nobody says so, and never the password', async () => {
    const registry = new SchemaRegistry({
      url: 'http://127.0.0.1:1',
      username: 'u',
      password: 'hunter2',
      timeoutMs: 2000
    })
    const { message } = await failureOf(registry.probe())
    expect(message).toContain('http://127.0.0.1:1')
    expect(message).toContain('ECONNREFUSED')
    expect(message).not.toContain('hunter2')
  })
})

describe('a schema', () => {
  test('is found by its number or GUID', async () => {
    const { registry, asked } = await registryWith(() => [200, { schema: text, guid: GUID }])
    expect(await registry.schemaOf(7)).toEqual({ text, references: [] })
    expect(await registry.schemaOf(GUID)).toEqual({ text, references: [] })
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/schemas/ids/7',
      '/api/schemas/guids/00112233-4455-6677-8899-aabbccddeeff'
    ])
  })

  test('that is not there is undefined, but not where something answers that is no registry', async () => {
    expect(await (await registryWith(() => notFound)).registry.schemaOf(7)).toBeUndefined()
    const { registry } = await registryWith(() => [404, '<html>'])
    expect(await failureOf(registry.schemaOf(7))).toMatchObject({ status: 404 })
    expect(await failureOf(registry.schemaOf(GUID))).toMatchObject({ status: 404 })
  })

  test('is not there by its GUID, if the registry knows no GUIDs at all', async () => {
    const { registry } = await registryWith(({ path }) => (path.includes('guids') ? [404, ''] : [200, ['AVRO']]))
    expect(await registry.schemaOf(GUID)).toBeUndefined()
  })

  test('comes with those that it refers to, each behind those that it needs itself, and each once', async () => {
    const stored: Record<string, { schema: string; references: string[] }> = {
      top: { schema: '"top"', references: ['left', 'right'] },
      left: { schema: '"left"', references: ['base'] },
      right: { schema: '"right"', references: ['base', 'top'] },
      base: { schema: '"base"', references: [] }
    }
    const { registry } = await registryWith(({ path }) => {
      const name = path.includes('/ids/') ? 'top' : (path.split('/')[3] ?? '')
      const { references, ...rest } = stored[name]
      return [200, { ...rest, references: references.map(subject => ({ name: subject, subject, version: 1 })) }]
    })
    const { text: own, references } = (await registry.schemaOf(1)) ?? { text: '', references: [] }
    expect([own, ...references]).toEqual(['"top"', '"base"', '"left"', '"top"', '"right"'])
  })

  test('of another kind has no text that could be taken for Avro', async () => {
    const { registry } = await registryWith(() => [200, { schema: text, schemaType: 'JSON' }])
    expect(await registry.schemaOf(1)).toEqual({ text: '', references: [] })
  })

  test('is found under a subject in whatever way it was written down there', async () => {
    const other = JSON.stringify({ doc: 'of somebody else', ...schema })
    const { registry, asked } = await registryWith(({ method }) =>
      method === 'POST' ? notFound : [200, { id: 3, version: 2, schema: other }]
    )
    expect(await registry.find('a/b value', schema)).toMatchObject({ id: 3 })
    expect(asked[0]).toMatchObject({ path: '/api/subjects/a%2Fb%20value', body: { schema: text } })
    const narrower = { ...schema, fields: [{ name: 'b', type: 'int' }] }
    expect(await registry.find('a/b value', narrower)).toBeUndefined()
  })
})

describe('registering', () => {
  /** A registry of one subject that keeps what it is given. */
  async function memory(level: string, isCompatible = true) {
    const versions: string[] = []
    const latest = () => ({ id: versions.length + 10, version: versions.length, schema: versions.at(-1) })
    const { registry, asked } = await registryWith(({ method, path, body }) => {
      const given = (body as { schema?: string } | undefined)?.schema ?? ''
      if (path.includes('/compatibility/'))
        return [200, { is_compatible: isCompatible, messages: isCompatible ? [] : ['why'] }]
      if (path.includes('/config')) return [200, { compatibilityLevel: level, compatibility: level }]
      if (method === 'POST' && path.endsWith('/versions')) return [200, { id: versions.push(given) + 10 }]
      if (method === 'POST') return versions.includes(given) ? [200, latest()] : notFound
      return versions.length > 0 ? [200, latest()] : notFound
    })
    return {
      registry,
      changes: () =>
        asked
          .filter(({ method, path }) => method === 'PUT' || path.endsWith('/versions'))
          .map(({ method, path, body }) => [method, path, body])
    }
  }
  const subject = { subject: 's', schema }

  test('a new subject gets a rule where the registry has none, and only there', async () => {
    const lax = await memory('NONE')
    const done = await register(lax.registry, subject, await standingOf(lax.registry, subject))
    expect(done).toMatchObject({ isNew: true, levelSet: 'BACKWARD', registered: { id: 11, version: 1 } })
    expect(lax.changes()).toEqual([
      ['POST', '/api/subjects/s/versions', { schema: text }],
      ['PUT', '/api/config/s', { compatibility: 'BACKWARD' }]
    ])
    const strict = await memory('FULL')
    expect(await register(strict.registry, subject, await standingOf(strict.registry, subject))).toMatchObject({
      levelSet: undefined
    })
  })

  test('twice changes nothing', async () => {
    const { registry, changes } = await memory('NONE')
    await register(registry, subject, await standingOf(registry, subject))
    const before = changes().length
    expect(await register(registry, subject, await standingOf(registry, subject))).toMatchObject({ isNew: false })
    expect(changes()).toHaveLength(before)
  })

  test('is asked about first: what is not compatible says why', async () => {
    const { registry } = await memory('FULL', false)
    await registry.register('s', { ...schema, name: 'other' })
    const { compatibility, registered } = await standingOf(registry, subject)
    expect([compatibility, registered]).toEqual([{ isCompatible: false, messages: ['why'] }, undefined])
  })
})
