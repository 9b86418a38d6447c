import { expect, test } from 'vitest'
import { chooseLargeJson } from '../../src/large-json.ts'

function choose(largeJson: 'off' | 'simdjson', simdjson?: (text: string) => unknown) {
  const lines: string[] = []
  const log = {
    info: (_fields: object, text: string) => void lines.push(`info ${text}`),
    warn: (_fields: object, text: string) => void lines.push(`warn ${text}`)
  }
  return [chooseLargeJson({ largeJson }, log, () => simdjson), ...lines]
}

test('off asks for nothing and says nothing', () => {
  expect(choose('off', () => undefined)).toEqual(['off'])
})

test('where the package is not built, one warning says what to do, and JSON.parse is used', () => {
  const [chosen, line, ...more] = choose('simdjson')
  expect([chosen, more]).toEqual(['off', []])
  expect(line).toMatch(/^warn LARGE_JSON=simdjson: .*`npm run build:simdjson`/)
})

test('the faster one is chosen, and one line says which', () => {
  expect(choose('simdjson', () => undefined)).toEqual([
    'simdjson',
    'info values of 8192 bytes and more are parsed by simdjson, which is faster here'
  ])
  const slow = (text: string) => Array.from({ length: 20 }, () => JSON.parse(text) as unknown)
  expect(choose('simdjson', slow)).toEqual([
    'off',
    'info values of 8192 bytes and more are parsed by JSON.parse, which is faster here'
  ])
})
