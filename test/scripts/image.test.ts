import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const lines = (path: string) => readFileSync(join(ROOT, path), 'utf8').split('\n')

const copies = lines('docker/Dockerfile').filter(line => line.startsWith('COPY '))
const fromCheckout = copies.filter(line => !line.includes('--from=')).flatMap(line => line.split(' ').slice(1, -1))

test('what the image is built from is there, and not kept from it by .dockerignore', () => {
  expect(fromCheckout.length).toBeGreaterThan(5)
  const included = lines('.dockerignore')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1))
  const kept = (path: string) => !included.some(name => path === name || path.startsWith(`${name}/`))
  expect(fromCheckout.filter(path => !existsSync(join(ROOT, path)) || kept(path))).toEqual([])
})

test('nothing that was built on this machine gets into it', () => {
  expect(fromCheckout.filter(path => ['native', 'native/build', 'node_modules', 'dist'].includes(path))).toEqual([])
  for (const path of ['node_modules', 'dist', 'native/build']) {
    expect(copies).toContainEqual(expect.stringMatching(`^COPY --from=build /app/${path} ${path}$`))
  }
})
