import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const NPM = join(ROOT, '.tools/npm/bin/npm-cli.js')

/** Without building what is packed: that takes longer, and is not what is looked at. */
function packed(): string[] {
  const args = [NPM, 'pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  return [...stdout.matchAll(/"path": "([^"]+)"/g)].map(([, path]) => path)
}

test.skipIf(!existsSync(NPM))('the package has what the addon is built from, and nothing that was built', () => {
  const files = packed()
  for (const folder of ['native/core', 'native/node']) {
    const sources = readdirSync(join(ROOT, folder)).map(name => `${folder}/${name}`)
    expect(sources.filter(file => !files.includes(file))).toEqual([])
  }
  expect(files.filter(file => /^native\/(build|test)|\.node$|\.so/.test(file))).toEqual([])
})
