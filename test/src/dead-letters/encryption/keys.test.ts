import { expect, test } from 'vitest'
import {
  encryptionKeyIds,
  EXAMPLE_KEYS,
  holdsExampleKey,
  readEncryptionKeys
} from '../../../../src/dead-letters/encryption/keys.ts'
import { FIRST_KEY, NAMESAKE_KEY, SECOND_KEY } from '../../../fixtures/encryption.ts'

test('keys are read in their order, 32 bytes each', () => {
  const keys = readEncryptionKeys(`${SECOND_KEY},${FIRST_KEY}`)
  expect(keys.map(({ id, key }) => [id, key.export().toString('hex')])).toEqual([
    ['second', '02'.repeat(32)],
    ['first', '01'.repeat(32)]
  ])
  expect(encryptionKeyIds(`${SECOND_KEY},${FIRST_KEY}`)).toEqual(['second', 'first'])
})

test('without the setting there is none', () => {
  expect([readEncryptionKeys(undefined), encryptionKeyIds(undefined), holdsExampleKey(undefined)]).toEqual([
    [],
    [],
    false
  ])
})

test('a key’s check is always the same, tells keys of one name apart, and shows nothing of them', () => {
  const [first, again, other] = [FIRST_KEY, FIRST_KEY, NAMESAKE_KEY].map(text => readEncryptionKeys(text)[0].check)
  expect(first).toBe(again)
  expect(first).not.toBe(other)
  expect(first).toMatch(/^[0-9a-f]{8}$/)
  expect(first).not.toBe('01010101')
})

test('the documentation’s own key is known as such, by whatever name', () => {
  expect(holdsExampleKey(EXAMPLE_KEYS)).toBe(true)
  expect(holdsExampleKey(`${FIRST_KEY},mine:${EXAMPLE_KEYS.split(':')[1]}`)).toBe(true)
  expect(holdsExampleKey(FIRST_KEY)).toBe(false)
})
