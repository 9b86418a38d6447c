import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { SettingsError } from '../../../src/config/read-environment.ts'
import { transportFactory } from '../../../src/kafka/create-transport.ts'
import { describeOnAddon } from './native/available.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

const options = {
  consumerProperties: { 'bootstrap.servers': '127.0.0.1:1', 'group.id': 'none' },
  producerProperties: { 'bootstrap.servers': '127.0.0.1:1', 'enable.idempotence': true },
  outputTopics: [],
  slabRecords: 1,
  events: { delivered: () => undefined, transactionFailed: () => undefined, producerError: () => undefined }
}

const chosen = async (transport: 'auto' | 'native' | 'kafka-javascript') => {
  const warnings: string[] = []
  const create = await transportFactory({ transport, nativeLibrary: undefined }, text => warnings.push(text))
  return { name: create(options).name, warnings }
}

test('TRANSPORT=kafka-javascript is that, without a word', async () => {
  expect(await chosen('kafka-javascript')).toEqual({ name: expect.stringMatching(/^kafka-javascript/), warnings: [] })
})

/** Where the addon has been looked for and was not there. */
const withoutAddon = async <T>(run: () => Promise<T>): Promise<T> => {
  const { MILLRACE_ADDON: before } = process.env
  process.env.MILLRACE_ADDON = '/no/such/addon.node'
  try {
    return await run()
  } finally {
    if (before === undefined) delete process.env.MILLRACE_ADDON
    else process.env.MILLRACE_ADDON = before
  }
}

// In this order: once it is loaded, the addon stays.
test('without the addon TRANSPORT=native fails and says why, and auto goes on with one warning', async () => {
  await withoutAddon(async () => {
    const failing = chosen('native')
    await expect(failing).rejects.toBeInstanceOf(SettingsError)
    await expect(failing).rejects.toThrow(/TRANSPORT=native can't be had: the addon has not been built.*build-native/)
    const { name, warnings } = await chosen('auto')
    expect(name).toMatch(/^kafka-javascript/)
    expect(warnings).toEqual([expect.stringMatching(/the addon has not been built.*TRANSPORT=kafka-javascript says/)])
  })
})

describeOnAddon('with the addon', () => {
  test.each(['auto', 'native'])('TRANSPORT=%s with a NATIVE_LIBRARY that is none is a mistake', kind => {
    // The one that is loaded stays, so this needs a process of its own.
    const program = `const { transportFactory } = await import('./src/kafka/create-transport.ts')
      try { await transportFactory({ transport: '${kind}', nativeLibrary: '/no/such/librdkafka.so.1' }, console.log) }
      catch ({ name, message }) { console.log(name + ': ' + message) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: ROOT,
      encoding: 'utf8'
    })
    expect(stdout).toMatch(
      /^SettingsError: NATIVE_LIBRARY can't be used: .*\/no\/such\/librdkafka\.so\.1: there is none/
    )
  })

  test.each(['auto', 'native'] as const)(
    'TRANSPORT=%s is the native one, and its name says which library',
    async kind => {
      const { name, warnings } = await chosen(kind)
      expect(name).toMatch(/^native, librdkafka \d+\.\d+.* \(.*librdkafka.*\)$/)
      expect(warnings).toEqual([])
    }
  )
})
