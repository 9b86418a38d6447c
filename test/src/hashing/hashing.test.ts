import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHmacSha256, sha256Hex } from '../../../src/index.ts'
import type { Hashes } from '../../../src/hashing/hashes.ts'
import { hashesByNode } from '../../../src/hashing/node-crypto.ts'
import { byAddon, describeOnHashes } from './available.ts'

/** What Node's own objects make of the text's UTF-8: the reference. */
const plain = (text: string) => createHash('sha256').update(Buffer.from(text)).digest('hex')
const keyed = (key: Uint8Array, text: string) => createHmac('sha256', key).update(Buffer.from(text)).digest('hex')

const units = ['a', '\0', 'é', '€', '😀', '\ud800', '\udc00']
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...units), maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  // About where a text no longer fits what a hash has at hand, with what may lie across that.
  fc
    .tuple(fc.constantFrom(...units), fc.integer({ min: 0, max: 300 }), fc.constantFrom(...units, ''))
    .map(([unit, length, last]) => unit.repeat(length) + last)
)
const keys = fc.oneof(
  fc.uint8Array({ maxLength: 150 }),
  fc.constantFrom(0, 1, 63, 64, 65, 128, 1000).map(length => new Uint8Array(length).fill(0xff))
)

function expectHashes(hashes: Hashes): void {
  test('every length up to 1,100 bytes, in characters of one byte to four', () => {
    const hmac = hashes.createHmac(Buffer.from('secret'))
    for (const unit of ['a', 'é', '€', '😀', '\udc00']) {
      for (let length = 0; length <= 1100 / Buffer.byteLength(unit); length++) {
        for (const text of [unit.repeat(length), `${unit.repeat(length)}z`]) {
          expect(hashes.sha256(text)).toBe(plain(text))
          expect(hmac(text)).toBe(keyed(Buffer.from('secret'), text))
        }
      }
    }
  })

  test('any text is hashed as its UTF-8 by any key, call after call', () => {
    const anyTexts = fc.array(texts, { maxLength: 5 })
    fc.assert(
      fc.property(keys, anyTexts, (key, several) => {
        const hmac = hashes.createHmac(key)
        for (const text of several) {
          expect(hashes.sha256(text)).toBe(plain(text))
          expect(hmac(text)).toBe(keyed(key, text))
        }
      }),
      { numRuns: 500 }
    )
  })

  test('a text of a megabyte, and one that is a piece or a chain of others', () => {
    const long = 'ab€'.repeat(300_000)
    for (const text of [long, long.slice(5, 70), `${long.slice(1, 40)}${long.slice(7, 60)}`]) {
      expect(hashes.sha256(text)).toBe(plain(text))
      expect(hashes.createHmac(Buffer.from('k'))(text)).toBe(keyed(Buffer.from('k'), text))
    }
  })

  test('a key that its owner overwrites afterwards stays the key', () => {
    const key = Buffer.from('secret')
    const hmac = hashes.createHmac(key)
    const before = hmac('x')
    key.fill(0)
    expect(hmac('x')).toBe(before)
  })

  test('hashers of several keys have nothing to do with each other', () => {
    const all = Array.from({ length: 100 }, (_, index) => Buffer.from(`key ${index}`))
    const hashers = all.map(key => hashes.createHmac(key))
    hashers.forEach((hmac, index) => expect(hmac('x')).toBe(keyed(all[index] as Buffer, 'x')))
  })

  test('what are no bytes is refused as a key', () => {
    for (const value of [undefined, 'key', 5, [1], new Uint16Array(4), new ArrayBuffer(4)] as never[]) {
      expect(() => hashes.createHmac(value)).toThrow(new TypeError('a key is a Uint8Array'))
    }
  })

  test('what is no text is refused and never hashed as something else', () => {
    for (const value of [undefined, null, 5, Buffer.from('abc'), { toString: () => 'abc' }] as never[]) {
      expect(() => hashes.sha256(value)).toThrow(new TypeError('only a text can be hashed'))
      expect(() => hashes.createHmac(Buffer.from('k'))(value)).toThrow(new TypeError('only a text can be hashed'))
    }
  })
}

describe('by Node', () => {
  expectHashes(hashesByNode)
})

describeOnHashes('by the addon', () => {
  expectHashes(byAddon)
})

test('the plain hash is SHA-256 in lower-case hexadecimal', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
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
    const digest = createHmacSha256(key)(text)
    expect(digest).toHaveLength(64)
    expect(digest.slice(0, expected.length)).toBe(expected)
  })
})
