import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { NATIVE } from '../../../src/addon/places.ts'
import { digestOf } from '../../../src/addon/sources.ts'
import { hashesByAddon } from '../../../src/hashing/by-addon.ts'
import { temporaryDir } from '../../scripts/temporary-dir.ts'
import { isBuilt } from './available.ts'

const fips = vi.hoisted(() => ({ on: 0 as 0 | 1 }))
vi.mock(import('node:crypto'), async importOriginal => ({ ...(await importOriginal()), getFips: () => fips.on }))
beforeEach(() => void (fips.on = 0))

/** Node's loader takes what is not ELF for JavaScript only by its ending. */
function fakeAddon(exports: string, name = 'addon.cjs'): string {
  const file = join(temporaryDir(), name)
  writeFileSync(file, exports)
  return file
}
const sources = `exports.sources = '${digestOf(NATIVE)}';`
const functions = 'exports.sha256 = () => "native"; exports.createHmac = () => () => "keyed";'

describe('the addon', () => {
  test('hashes if it is there and can', () => {
    expect(hashesByAddon(fakeAddon(sources + functions))?.sha256('')).toBe('native')
  })

  test.each([
    ['was built from other sources', () => fakeAddon(`exports.sources = 'other';${functions}`)],
    ['was built for another machine', () => fakeAddon('not for this one', 'addon.node')],
    ['has no hashes, as its Node exports too little', () => fakeAddon(sources)],
    ['is not there', () => '/no/such/addon.node']
  ])('does not hash, and says nothing, if it %s', (_, file) => {
    expect(hashesByAddon(file())).toBeUndefined()
  })

  test('does not hash where only what FIPS 140 has approved may', () => {
    fips.on = 1
    expect(hashesByAddon(fakeAddon(sources + functions))).toBeUndefined()
  })

  test.runIf(isBuilt && !process.config.variables.node_shared_openssl)(
    'has hashes where Node brings its own OpenSSL',
    () => expect(hashesByAddon()).toBeDefined()
  )
})

test.each(['/no/such/addon.node', undefined])(
  'the public functions work with MILLRACE_ADDON=%s, and print nothing',
  addon => {
    const index = resolve(import.meta.dirname, '../../../src/index.ts')
    const program = `const { sha256Hex, createHmacSha256 } = await import(${JSON.stringify(index)})
    console.log(sha256Hex('abc').slice(0, 8), createHmacSha256(Buffer.from('Jefe'))('what do ya want for nothing?').slice(0, 8))`
    const env = { ...process.env, ...(addon === undefined ? {} : { MILLRACE_ADDON: addon }) }
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env
    })
    expect({ stdout, stderr }).toEqual({ stdout: 'ba7816bf 5bdcc146\n', stderr: '' })
  }
)
