import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyedHash, plainHash } from '../../../pipelines/user-login/hashing.ts'

test('the plain hash is SHA-256 in lower-case hexadecimal', () => {
  expect(plainHash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(plainHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

describe("the keyed hash passes RFC 4231's test case", () => {
  test.each([
    [1, Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      2,
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    ],
    [5, Buffer.alloc(20, 0x0c), 'Test With Truncation', 'a3b6167473100ee06e0c796c2955552b'],
    [
      6,
      Buffer.alloc(131, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'
    ],
    [
      7,
      Buffer.alloc(131, 0xaa),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2'
    ]
  ])('%d', (_, key, text, expected) => {
    const digest = createKeyedHash(key)(text)
    expect(digest).toHaveLength(64)
    expect(digest.slice(0, expected.length)).toBe(expected)
  })
})

const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '\0', 'é', '€', '😀', '\ud800', '\udc00'), maxLength: 200 }),
  fc.integer({ min: 0, max: 400 }).map(length => 'ü'.repeat(length))
)

test('any text is hashed as its UTF-8 by any key, whatever its length, call after call', () => {
  const ascii = fc.uint8Array({ max: 127, maxLength: 150 })
  fc.assert(
    fc.property(
      fc.oneof(ascii, fc.uint8Array({ maxLength: 150 })),
      fc.array(texts, { maxLength: 5 }),
      (key, several) => {
        const keyedHash = createKeyedHash(key)
        for (const text of several) {
          expect(keyedHash(text)).toBe(createHmac('sha256', key).update(Buffer.from(text)).digest('hex'))
          expect(plainHash(text)).toBe(createHash('sha256').update(Buffer.from(text)).digest('hex'))
        }
      }
    )
  )
})

test.each([0, 1, 63, 64, 65, 128])('a key of %d bytes, ASCII or not, makes what createHmac makes', length => {
  for (const byte of ['k', '\xff']) {
    const key = Buffer.from(byte.repeat(length), 'latin1')
    expect(createKeyedHash(key)('a text')).toBe(createHmac('sha256', key).update('a text').digest('hex'))
  }
})

test('a key that its owner overwrites afterwards stays the key', () => {
  const key = Buffer.from('secret')
  const keyedHash = createKeyedHash(key)
  const before = keyedHash('x')
  key.fill(0)
  expect(keyedHash('x')).toBe(before)
})
