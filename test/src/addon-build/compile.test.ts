import { describe, expect, test } from 'vitest'
import { isSource } from '../../../src/addon-build/build-librdkafka.ts'
import { flagsFor } from '../../../src/addon-build/compile.ts'

const addon = { name: 'a.node', kind: 'addon', folders: ['core', 'node'] } as const

describe('flags', () => {
  test.each(['linux', 'darwin', 'freebsd'] as const)('are of no one processor (%s)', platform => {
    expect(flagsFor(addon, platform).filter(flag => flag.startsWith('-m'))).toEqual([])
  })

  test('on macOS what Node exports is found when the addon is loaded', () => {
    expect(flagsFor(addon, 'darwin')).toContain('dynamic_lookup')
    expect(flagsFor(addon, 'darwin')).not.toContain('-ldl')
    expect(flagsFor(addon, 'linux')).toContain('-shared')
  })

  test("a warning ends a developer's build with sanitizers, and nobody else's", () => {
    expect(flagsFor(addon)).not.toContain('-Werror')
    expect(flagsFor({ ...addon, sanitizers: 'address' })).toContain('-Werror')
  })
})

test('of the sources of librdkafka nothing is taken that another build has made', () => {
  const sources = [
    'src/rdkafka.c',
    'src/rdkafka.h',
    'configure',
    'Makefile',
    'mklove/modules/configure.cc',
    'lds-gen.py',
    'src'
  ]
  const made = [
    'src/rdkafka.o',
    'src/rdkafka.d',
    'src/librdkafka.a',
    'src/librdkafka.so',
    'src/librdkafka.so.1',
    'src/librdkafka.1.dylib',
    'src/librdkafka.lds',
    'config.h',
    'config.cache',
    'Makefile.config'
  ]
  const inPackage = (path: string) => `/somewhere/deps/librdkafka/${path}`
  expect(sources.map(inPackage).filter(path => !isSource(path))).toEqual([])
  expect(made.map(inPackage).filter(isSource)).toEqual([])
})
