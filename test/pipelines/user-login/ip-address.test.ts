import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMappedIpv4, lastDotOfIpv4, parseIpv6 } from '../../../pipelines/user-login/ip-address.ts'

/** Texts that nearly are addresses: pieces of them in any order. */
const pieces = fc.constantFrom(
  '0',
  '1',
  '00',
  '01',
  '10',
  '255',
  '256',
  '1000',
  'f',
  'FFFF',
  'fffff',
  'g',
  '.',
  '.',
  '.',
  ':',
  ':',
  ':',
  '::',
  '%',
  '/',
  ' ',
  '-'
)
const nearlyAddress = fc.array(pieces, { maxLength: 18 }).map(chosen => chosen.join(''))

describe('agrees with Node', () => {
  test('on every IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), text => {
        expect(lastDotOfIpv4(text)).toBe(text.lastIndexOf('.'))
      })
    )
  })

  test('on every IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), text => {
        expect(parseIpv6(text)).toHaveLength(8)
      })
    )
  })

  test('on what is none', () => {
    const octet = fc.constantFrom(
      '0',
      '9',
      '10',
      '99',
      '199',
      '255',
      '256',
      '300',
      '00',
      '01',
      '',
      '-1',
      '+1',
      ' 1',
      '1 ',
      '0x1',
      '１'
    )
    const nearlyIpv4 = fc.array(octet, { minLength: 3, maxLength: 5 }).map(octets => octets.join('.'))
    const group = fc.constantFrom('0', 'a', 'ffff', 'FfFf', '', '', '10000', 'g', '1.2.3.4', '1.2.3.256', '::')
    const nearlyIpv6 = fc.array(group, { minLength: 1, maxLength: 10 }).map(groups => groups.join(':'))
    fc.assert(
      fc.property(fc.oneof(nearlyIpv4, nearlyIpv6, nearlyAddress, fc.string()), text => {
        expect(lastDotOfIpv4(text) >= 0).toBe(isIPv4(text))
        // Node takes a zone for a part of the address.
        expect(parseIpv6(text) !== undefined).toBe(isIPv6(text) && !text.includes('%'))
      }),
      { numRuns: 10_000 }
    )
  })
})

test.each([
  ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
  ['2001:DB8::', [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0]],
  ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['1::3:4:5:6:7:8', [1, 0, 3, 4, 5, 6, 7, 8]],
  ['::ffff:1.2.3.4', [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]],
  ['64:ff9b::192.0.2.33', [0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x221]]
])('%s', (text, groups) => {
  expect(parseIpv6(text)).toEqual(groups)
})

test.each([
  'fe80::1%eth0',
  '[::1]',
  '::1/128',
  '::ffff:01.2.3.4',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '1::2::3',
  '1:2:3:4::5:6:7:8',
  '1:2:3:4:5:6:7:8::',
  '::1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  ':::',
  ':1',
  '1:',
  ''
])('%j is no IPv6 address', text => {
  expect(parseIpv6(text)).toBeUndefined()
})

test('a text of a megabyte is refused as any other', () => {
  for (const piece of ['1:', '::', '1.', '1', ':']) {
    expect(parseIpv6(piece.repeat(500_000))).toBeUndefined()
    expect(lastDotOfIpv4(piece.repeat(500_000))).toBe(-1)
  }
})

test('only ::ffff:0:0/96 is mapped IPv4', () => {
  expect(isMappedIpv4([0, 0, 0, 0, 0, 0xffff, 1, 2])).toBe(true)
  expect(isMappedIpv4([0, 0, 0, 0, 0, 0, 1, 2])).toBe(false)
  expect(isMappedIpv4([1, 0, 0, 0, 0, 0xffff, 1, 2])).toBe(false)
  expect(isMappedIpv4([0, 0, 0, 0, 0xffff, 0, 1, 2])).toBe(false)
})
