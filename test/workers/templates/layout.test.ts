import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Layout, Shape } from '../../../workers/templates/layout.ts'
import { learnLayout } from '../../../workers/templates/learn-layout.ts'
import { matchSource } from '../../../workers/templates/match-source.ts'
import { anyLayout, blanks, countOpen, learnableLayout, simpleValue, writeLayout } from '../../fixtures/json-layouts.ts'

function learn(text: string | Buffer): Layout | undefined {
  const bytes = Buffer.from(text)
  return learnLayout(bytes, 0, bytes.length)
}

const literalsOf = (text: string) => learn(text)?.literals.map(String)

test('is what stands between the values, and where they go', () => {
  expect(learn('{"a":"x", "b":{"c":[1,true]}}\n')).toEqual({
    literals: ['{"a":', ', "b":{"c":[', ',', ']}}\n'].map(text => Buffer.from(text)),
    shape: {
      members: [
        ['a', 0],
        ['b', { members: [['c', { items: [1, 2] }]] }]
      ]
    }
  })
})

test('is the same whatever the values are, be they as hard as JSON has them', () => {
  const expected = literalsOf('{"a":1,"b":2}')
  for (const value of ['"x"', '"é"', String.raw`"\"}\ud800"`, '-1.5e-3', 'null', '""']) {
    expect(literalsOf(`{"a":${value},"b":${value}}`)).toEqual(expected)
  }
})

test.each(['{}', ' {\n} ', '{"a":{}}', '{"a":[]}', '{"a":[[],{}]}'])('%j has no values', text => {
  expect(literalsOf(text)).toEqual([text])
})

describe('is not learned where', () => {
  test.each([
    ['a name comes twice', '{"a":1,"a":2}'],
    ['a name comes twice further in', '{"x":[{"a":1,"a":2}]}'],
    ['a field is called __proto__', '{"__proto__":1}'],
    ['a field is called __proto__ further in', '{"a":{"__proto__":{}}}'],
    ['a name is a number, which would come first in the object', '{"a":1,"0":2}'],
    ['a name is empty', '{"":1}'],
    ['a name is no name in JavaScript', '{"a-b":1}'],
    ['a name begins with a digit', '{"1a":1}'],
    ['a name is not ASCII', '{"é":1}'],
    ['a name is escaped', String.raw`{"\u0061":1}`],
    ['a name has a quote', String.raw`{"a\"":1}`],
    ['a name is long', `{"${'a'.repeat(65)}":1}`],
    ['there are many values', JSON.stringify({ a: Array(65).fill(1) })],
    ['it is deep', '{"a":'.repeat(9) + '1' + '}'.repeat(9)],
    ['it is deep without values', `{"a":${'['.repeat(8)}${']'.repeat(8)}}`],
    ['there are too many blanks', `{${' '.repeat(4100)}"a":1}`]
  ])('%s', (_, text) => {
    expect(learn(text)).toBeUndefined()
  })

  test('and is just below these limits', () => {
    expect(learn(`{"${'a'.repeat(64)}":1}`)).toBeDefined()
    expect(learn(JSON.stringify({ a: Array(64).fill(1) }))?.literals).toHaveLength(65)
    expect(learn('{"a":'.repeat(8) + '1' + '}'.repeat(8))).toBeDefined()
  })
})

test('is learned of every object with such names', () => {
  fc.assert(
    fc.property(
      learnableLayout,
      fc.array(simpleValue, { minLength: 100, maxLength: 100 }),
      blanks,
      (given, values, between) => {
        const text = writeLayout(given, values, between)
        const layout = learn(text)
        const open = countOpen(given)
        expect(layout?.literals).toHaveLength(open + 1)
        expect(places(layout!.shape)).toEqual(Array.from({ length: open }, (_, place) => place))
      }
    )
  )
})

test('whatever the names are, no text of a record becomes code', () => {
  // Numbers and names, and what our own source has around them.
  const harmless = /^[\w\s$.,:;?+\-=!<>|(){}[\]'"]*$/
  fc.assert(
    fc.property(
      anyLayout,
      fc.array(simpleValue, { minLength: 100, maxLength: 100 }),
      blanks,
      (given, values, between) => {
        const layout = learn(writeLayout(given, values, between))
        fc.pre(layout !== undefined)
        const source = matchSource(layout)
        expect(source).toMatch(harmless)
        const quoted = [...source.matchAll(/"([^"]*)"/g)].map(([, name]) => name)
        for (const name of quoted) expect(name).toMatch(/^[A-Za-z_$][\w$]*$/)
        expect(source.replaceAll(/"[^"]*"/g, '')).not.toContain('"')
      }
    )
  )
})

function places(shape: Shape): number[] {
  if (typeof shape === 'number') return [shape]
  const inner = 'items' in shape ? shape.items : shape.members.map(([, each]) => each)
  return inner.flatMap(places)
}
