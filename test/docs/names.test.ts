import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const pages = [
  'README.md',
  'DESIGN.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  ...globSync('docs/*.md', { cwd: ROOT })
]

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

describe.each(pages)('%s', page => {
  const text = read(page)

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => target)
    expect(links.filter(target => !existsSync(join(ROOT, dirname(page), target)))).toEqual([])
  })

  test('names paths that exist', () => {
    const named = [...text.matchAll(/`((?:src|workers|pipelines|test|bench|scripts|docker|docs|examples)\/[\w./-]*)`/g)]
    expect(named.map(([, path]) => path).filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

test.each(['DESIGN.md', 'docs/guarantees.md'])('every test that %s names is in the file that it names', page => {
  const named = [...read(page).matchAll(/`(test\/[\w./-]+\.ts)`: "([^"]+)"/g)]
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter(([, file, name]) => !read(file).includes(name)).map(([, , name]) => name)).toEqual([])
})
