import fc from 'fast-check'
import { expect, test } from 'vitest'
import { membersOf } from '../../workers/json-members.ts'
import { jsonTestSuite } from '../corpus/json-test-suite.ts'

const found = (text: string | Buffer, maxDepth = 32) => {
  // As in a slab: other bytes around it.
  const bytes = Buffer.concat([Buffer.from('{"'), Buffer.from(text), Buffer.from('"}')])
  return membersOf(bytes, 2, bytes.length - 2, maxDepth)?.map(({ name, nameStart, valueStart, valueEnd }) => ({
    name,
    written: JSON.parse(bytes.toString('utf8', nameStart, bytes.indexOf('"', nameStart + 1) + 1)) as unknown,
    value: bytes.toString('utf8', valueStart, valueEnd)
  }))
}

test('the members of an object, in order, each as it is written', () => {
  expect(found(' { "a" : [1, {"b": "]}"} ] ,\n"a":"x","c":-1.5e3 } ')).toEqual([
    { name: 'a', written: 'a', value: '[1, {"b": "]}"} ]' },
    { name: 'a', written: 'a', value: '"x"' },
    { name: 'c', written: 'c', value: '-1.5e3' }
  ])
  expect(found('{}')).toEqual([])
})

test('whatever the object, its members together say what it says', () => {
  const value = fc.oneof(fc.json(), fc.constantFrom('true', 'false', 'null', '-0', '1E+5', '""', '[]', '{ }'))
  const member = fc.tuple(fc.string(), value)
  fc.assert(
    fc.property(fc.array(member), fc.constantFrom('', ' ', '\n\t'), (members, blank) => {
      const text = `{${members.map(([name, each]) => [blank, JSON.stringify(name), blank, ':', blank, each].join('')).join(`${blank},`)}${blank}}`
      const read = membersOf(Buffer.from(text), 0, Buffer.byteLength(text), 1000)
      expect(
        read?.map(({ name, valueStart, valueEnd }) => [name, Buffer.from(text).toString('utf8', valueStart, valueEnd)])
      ).toEqual(members.map(([name, each]) => [name, each.trim()]))
    })
  )
})

test.each(['[1]', '"x"', '', ' ', '{', '{"a":1,}', '{"a":1}x', '{"a":[[1]]}'])(
  '%s is no object that it takes',
  text => {
    expect(found(text, 2)).toBeUndefined()
  }
)

test.each(jsonTestSuite)(
  'JSONTestSuite $name: it takes what JSON.parse takes for an object, with the same names',
  file => {
    const { bytes, verdict } = file
    const read = membersOf(bytes, 0, bytes.length, 1000)?.map(({ name }) => name)
    const value = verdict === 'refuse' || read === undefined ? undefined : (JSON.parse(bytes.toString()) as object)
    expect(read && new Set(read)).toEqual(value && new Set(Object.keys(value)))
  }
)
