import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { librdkafkaPlaces, libraryName } from '../../../../src/kafka/native/places.ts'
import { FakePackage } from './fake-package.ts'

const name = libraryName()

describe('which librdkafka', () => {
  /** With one of each kind: kafka-javascript's, ours of this version and ours of another one. */
  function packageWithAll() {
    const made = new FakePackage()
    made.writeAddon()
    const ofKafkaJavascript = made.write(join(made.kafkaJavascript, 'build/deps', name), '')
    const own = made.write(join('native/build/librdkafka-2.15.1', name), '')
    made.write(join('native/build/librdkafka-2.14.0', name), '')
    return { made, ofKafkaJavascript, own }
  }

  test("the one named, else kafka-javascript's, else our own of its version, else the system's", () => {
    const { made, ofKafkaJavascript, own } = packageWithAll()
    expect(made.load({ library: '/elsewhere/librdkafka.so' })).toBe('/elsewhere/librdkafka.so')
    made.writeAddon(`const { existsSync } = require('node:fs'), { load } = exports
      exports.load = file => { if (file.includes('/') && !existsSync(file)) throw new Error('no such file'); return load(file) }`)
    expect(made.load()).toBe(ofKafkaJavascript)
    rmSync(ofKafkaJavascript)
    expect(made.load()).toBe(own)
    rmSync(own)
    expect(made.load()).toBe(name)
  })

  test('if none can be used, why not each of them, and what to do', () => {
    const made = new FakePackage()
    made.writeAddon("exports.load = () => { throw new Error('version 2.0.2 is older than 2.1') }")
    const told = made.load()
    expect(told).toMatch(
      /^LibraryUnavailable: no librdkafka can be used \(kafka-javascript's, .*build\/deps.*: there is none; /
    )
    expect(told).toContain("Millrace's own build, ")
    expect(told).toMatch(
      /the system's, librdkafka\S+: version 2\.0\.2 is older than 2\.1\): `millrace build-native` builds one/
    )
  })

  test('one that is named and can not be used is the only one tried', () => {
    const { made } = packageWithAll()
    expect(made.load({ library: '/old/librdkafka.so.1' })).toMatch(
      /^LibraryUnavailable: no librdkafka can be used \(the one named, \/old\/librdkafka\.so\.1: there is none\): .*unset NATIVE_LIBRARY$/
    )
  })

  test('on macOS it has the names that it has there', () => {
    const files = librdkafkaPlaces('darwin').map(({ file }) => file)
    expect(files.every(file => file.endsWith('librdkafka.1.dylib'))).toBe(true)
    expect(files.at(-1)).toBe('librdkafka.1.dylib')
  })
})

describe('an addon that can not be used says what to do', () => {
  test('because it has not been built', () => {
    const made = new FakePackage()
    const told = made.load({ addon: 'native/build/millrace.node' })
    expect(told).toMatch(
      /^NativeUnavailable: the addon has not been built, .*millrace\.node is not there: `millrace build-native`/
    )
  })

  test('because it was built for another machine', () => {
    const made = new FakePackage()
    made.write('millrace.node', 'not for this one')
    expect(made.load({ addon: 'millrace.node' })).toMatch(
      /^NativeUnavailable: the addon can't be loaded \(.+\): `millrace build-native` builds it for this machine$/
    )
  })

  test('because its sources have changed since', () => {
    const made = new FakePackage()
    made.write('native/core/a.cc', '')
    mkdirSync(join(made.root, 'native/node'))
    const digest = made.run(
      "const { digestOf } = await import('./src/addon/sources.ts'); console.log(digestOf('native'))"
    )
    made.writeAddon(`exports.sources = '${digest}'`)
    expect(made.load()).toContain(name)
    made.write('native/core/a.cc', '// changed')
    expect(made.load()).toMatch(
      /^NativeUnavailable: .*addon\.cjs was built from other sources than those beside it: `millrace/
    )
  })
})
