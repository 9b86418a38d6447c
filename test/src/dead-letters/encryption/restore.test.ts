import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDeadLetter, type DeadLetter } from '../../../../src/dead-letters/dead-letter.ts'
import { readEncryptionKeys } from '../../../../src/dead-letters/encryption/keys.ts'
import type { MaskedValue } from '../../../../src/dead-letters/encryption/mask.ts'
import { MissingKeyError, restored } from '../../../../src/dead-letters/encryption/restore.ts'
import { deadLetterOf } from '../../../fixtures/dead-letters.ts'
import { carrying, FIRST_KEY, masked, maskOf, NAMESAKE_KEY, people, SECOND_KEY } from '../../../fixtures/encryption.ts'

const LOGIN = '{"ip":"1.2.3.4","locale":"RU"}'
const keys = readEncryptionKeys(FIRST_KEY)
const cases = [
  ['fields', masked(LOGIN)],
  ['value', masked('1.2.3.4')]
] as const

describe.each(cases)('encrypted: %s', (how, one) => {
  test('a value of which any bit was changed, or cut off, is found out', () => {
    fc.assert(
      fc.property(fc.nat(one.value.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const value = Buffer.from(one.value)
        value[at] ^= bits
        expect(restored(carrying({ ...one, value }), keys)).toBeUndefined()
        expect(restored(carrying({ ...one, value: one.value.subarray(0, at) }), keys)).toBeUndefined()
      })
    )
  })

  test.each([
    ['offset', { topic: 'input', partition: 1, offset: 8 }],
    ['partition', { topic: 'input', partition: 2, offset: 7 }],
    ['topic', { topic: 'other', partition: 1, offset: 7 }]
  ])('one that was moved to a dead letter of another %s is found out', (_what, source) => {
    expect(restored(carrying(one, source), keys)).toBeUndefined()
  })

  test('one that has lost its value, or is said to be of the other kind, is found out', () => {
    const deadLetter = carrying(one)
    expect(restored({ ...deadLetter, record: { ...deadLetter.record, value: null } }, keys)).toBeUndefined()
    const other = how === 'fields' ? 'value' : 'fields'
    expect(restored(carrying(changed(one, '.encryption', other)), keys)).toBeUndefined()
  })

  test('headers and all else stay as they are', () => {
    const { record, encryption, ...rest } = restored(carrying(one), keys)!
    const { record: before, encryption: how, ...others } = carrying(one)
    expect(encryption).toBeUndefined()
    expect(how).toBeDefined()
    expect({ ...record, value: before.value, ...rest }).toEqual({ ...before, ...others })
  })

  test('a key that is missing is named, and so is another one that has its name', () => {
    const opened = (text: string) => () => restored(carrying(one), readEncryptionKeys(text))
    expect(opened(SECOND_KEY)).toThrow(MissingKeyError)
    expect(opened(SECOND_KEY)).toThrow('dlq/0/0 is encrypted with the key "first", which is not among')
    expect(opened(NAMESAKE_KEY)).toThrow(MissingKeyError)
    expect(opened(NAMESAKE_KEY)).toThrow('another key of the name "first"')
    expect(() => restored(carrying(one), [])).toThrow(MissingKeyError)
  })
})

test('fields that were put in another order, or taken over from another value, are found out', () => {
  const one = masked('{"ip":"1.2.3.4","person":{"name":"x"}}')
  const [ip, person] = [...one.value.toString().matchAll(/"encrypted:[^"]+"/g)].map(([token]) => token)
  const swapped = one.value.toString().replace(ip, '?').replace(person, ip).replace('?', person)
  expect(restored(carrying({ ...one, value: Buffer.from(swapped) }), keys)).toBeUndefined()
  const { headers } = masked('{"ip":"1.2.3.4","person":{"name":"x"}}')
  expect(restored(carrying({ ...one, headers }), keys)).toBeUndefined()
})

test('a field that can be read was changed: that is found out, too', () => {
  const one = masked(LOGIN)
  const value = Buffer.from(one.value.toString().replace('RU', 'US'))
  expect(restored(carrying({ ...one, value }), keys)).toBeUndefined()
})

test('the first key encrypts, and after a change of keys the old ones still decrypt', () => {
  const rotated = `${SECOND_KEY},${FIRST_KEY}`
  const old = carrying(masked(LOGIN))
  const fresh = carrying(masked(LOGIN, maskOf(people, rotated)))
  expect([old.encryption?.keyId, fresh.encryption?.keyId]).toEqual(['first', 'second'])
  for (const deadLetter of [old, fresh]) expect(textOf(restored(deadLetter, readEncryptionKeys(rotated)))).toBe(LOGIN)
})

test('what a later version may do is not taken for one that was changed', () => {
  expect(() => restored(carrying(changed(masked(LOGIN), '.encryption', 'paths')), keys)).toThrow(
    'in a way that this version does not know'
  )
})

test('one that is not encrypted stays as it is, without any key', () => {
  const deadLetter = deadLetterOf()
  expect(restored(deadLetter, [])).toBe(deadLetter)
})

test('headers of encryption that the record had on its own mean nothing', () => {
  const { headers } = masked(LOGIN)
  const own = [...headers, ...deadLetterOf().record.headers]
  expect(readDeadLetter({ ...deadLetterOf().record, headers: own })?.encryption).toBeUndefined()
})

function changed({ value, headers }: MaskedValue, name: string, text: string): MaskedValue {
  return {
    value,
    headers: headers.map(each => (each.name.endsWith(name) ? { ...each, value: Buffer.from(text) } : each))
  }
}

function textOf(deadLetter: DeadLetter | undefined): string | undefined {
  return deadLetter?.record.value?.toString()
}
