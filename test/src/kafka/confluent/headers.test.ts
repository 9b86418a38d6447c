import { expect, test } from 'vitest'
import { fromNative, toNative } from '../../../../src/kafka/confluent/headers.ts'

test('a header whose name the addon took for a prototype is found', () => {
  const header = {}
  Object.setPrototypeOf(header, Buffer.from('v'))
  expect(fromNative([header])).toEqual([{ name: '__proto__', value: Buffer.from('v') }])
})

test('names become properties, even the one that usually sets the prototype', () => {
  const [header] = toNative([{ name: '__proto__', value: Buffer.from('v') }])!
  expect(Object.keys(header)).toEqual(['__proto__'])
})

test('no headers are no array', () => {
  expect(toNative([])).toBeUndefined()
  expect(fromNative(undefined)).toEqual([])
})
