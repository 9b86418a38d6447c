import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { sampleKinds } from '../../pipelines/user-login/samples.ts'
import { environmentName } from '../../src/config/option.ts'
import { sampleOptions } from '../../src/config/options/samples.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/generator.md'), 'utf8')

test('the page about samples names every kind of them, and says what becomes of it', () => {
  const rows = page.split('\n').filter(line => line.startsWith('| `'))
  const missing = sampleKinds.filter(kind => kind !== 'good' && !rows.some(row => row.includes(`\`${kind}\``)))
  expect(missing).toEqual([])
})

test('and every setting', () => {
  const missing = Object.keys(sampleOptions)
    .map(environmentName)
    .filter(name => !page.includes(name))
  expect(missing).toEqual([])
})
