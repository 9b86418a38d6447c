import { join } from 'node:path'
import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findCompiler, findNodeHeaders } from '../../../src/addon-build/toolchain.ts'
import { fakePrograms } from '../../scripts/checkout.ts'
import { temporaryDir } from '../../scripts/temporary-dir.ts'

const cure = /apt-get install -y g\+\+/

test('without a compiler it says what to install', () => {
  expect(() => findCompiler({ PATH: temporaryDir() })).toThrow('there is no C++ compiler')
  expect(() => findCompiler({ PATH: temporaryDir() })).toThrow(
    expect.objectContaining({ cure: expect.stringMatching(cure) })
  )
})

test('CXX is the compiler, its arguments and what stands in front of it', () => {
  const PATH = fakePrograms({ ccache: '[ "$*" = "clang++ -m64 --version" ]', 'g++': 'exit 0' })
  expect(findCompiler({ PATH, CXX: ' ccache clang++ -m64 ' })).toEqual(['ccache', 'clang++', '-m64'])
  expect(() => findCompiler({ PATH, CXX: 'no-such-c++' })).toThrow('CXX=no-such-c++ does not run')
})

test('one that is there and does not run is passed over', () => {
  expect(findCompiler({ PATH: fakePrograms({ 'c++': 'exit 1', 'g++': 'exit 0' }) })).toEqual(['g++'])
})

test("Node's headers are found where npm was told, if they are not beside it", () => {
  const nodedir = temporaryDir()
  const folder = join(nodedir, 'include/node')
  mkdirSync(folder, { recursive: true })
  for (const name of ['node_api.h', 'uv.h']) writeFileSync(join(folder, name), '')
  const { execPath } = process
  try {
    process.execPath = join(temporaryDir(), 'bin/node')
    expect(findNodeHeaders({ npm_config_nodedir: nodedir })).toBe(folder)
  } finally {
    process.execPath = execPath
  }
})
