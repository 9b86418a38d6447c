import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** The packages that a program has loaded when it ends. */
function packagesOf(program: string): string[] {
  const watched = `
    import { registerHooks } from 'node:module'
    const packages = new Set()
    registerHooks({
      load(url, context, next) {
        const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
        if (name) packages.add(name)
        return next(url, context)
      }
    })
    ${program}
    console.log(JSON.stringify([...packages].sort()))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', watched], {
    encoding: 'utf8',
    cwd: root
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as string[]
}

/** By what a worker runs of it, records that are good, bad, and filtered. */
const logins = `
  const { testPipeline } = await import('./src/test-pipeline.ts')
  const { default: pipeline } = await import('./pipelines/user-login/pipeline.ts')
  const login = { user_id: 'u', app_version: '2.3.0', ip: '192.0.2.1', locale: 'RU', device_id: 'd', timestamp: 1694479551 }
  const records = [login, { ...login, ip: 1, timestamp: 'never' }, { ...login, app_version: '1' }, '{']
  const environment = { ACCEPTED_APP_VERSIONS: '2.3.0' }
  const found = testPipeline(pipeline, records.map(value => ({ value })), { environment })
  if (found.map(({ outcome }) => outcome).join() !== 'processed,dead-letter,filtered,dead-letter') throw new Error('others')`

test('a worker loads no package for logins: each costs every thread up to 0.1 s of CPU and 10 MB', () => {
  expect(packagesOf(logins)).toEqual([])
})

test('a row that is not plain text is what fast-json-stringify is loaded for', () => {
  const loaded = packagesOf(logins.replace(`user_id: 'u'`, String.raw`user_id: '"'`))
  expect(loaded).toContain('fast-json-stringify')
})

test('the main thread loads what it logs and runs threads with, but not what other settings are for', () => {
  const loaded = packagesOf(`
    await import('./src/create-processor.ts')
    const { readEnvironment } = await import('./src/config/read-environment.ts')
    await readEnvironment({})
    const { createLogger } = await import('./src/telemetry/logger.ts')
    createLogger({ level: 'error', format: 'json' })`)
  expect(loaded).toEqual(expect.arrayContaining(['pino', 'piscina']))
  const others = ['@confluentinc', '@platformatic', 'ajv', 'avsc', 'fast-json-stringify', 'pino-pretty', 'typebox']
  expect(loaded.filter(name => others.some(other => name.startsWith(other)))).toEqual([])
})
