import { BlockList, isIP, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isIpAddress, truncateIp } from '../../../pipelines/user-login/ip-masking.ts'

test.each([
  ['199.172.111.135', '199.172.111.0'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.0'],
  ['2001:db8:85a3::8a2e:370:7334', '2001:db8:85a3::'],
  ['2001:0DB8:85A3:0000:0000:8A2E:0370:7334', '2001:db8:85a3::'],
  ['2001:db8:0:1::1', '2001:db8::'],
  ['2001:0:0:1::1', '2001::'],
  ['0:1:0:1::1', '0:1::'],
  ['0:0:1:1::1', '0:0:1::'],
  ['::1', '::'],
  ['::', '::'],
  ['fe80::1', 'fe80::'],
  ['64:ff9b::192.0.2.33', '64:ff9b::'],
  ['::192.0.2.33', '::'],
  ['::ffff:199.172.111.135', '199.172.111.0'],
  ['::FFFF:c7ac:6f87', '199.172.111.0'],
  ['0:0:0:0:0:ffff:c7ac:6f87', '199.172.111.0'],
  ['0000:0000:0000:0000:0000:ffff:199.172.111.135', '199.172.111.0'],
  ['::0:ffff:0:1', '0.0.0.0'],
  ['::ffff:0:0', '0.0.0.0']
])('%s becomes %s', (address, expected) => {
  expect(truncateIp(address)).toBe(expected)
})

test.each([
  '',
  ' ',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '192.168.001.1',
  '1.2.3.4 ',
  '1.2.3.4:80',
  '1.2.3.0/24',
  '::1/64',
  'fe80::1%eth0',
  'fe80::1%',
  '[::1]',
  '[::1]:80',
  '::ffff:1.2.3.04',
  '1::2::3',
  '12345::',
  '١.٢.٣.٤'
])('%j is no IP address', text => {
  expect(truncateIp(text)).toBeUndefined()
  expect(isIpAddress(text)).toBe(false)
})

describe('for any address', () => {
  test('the result is an address of the same network', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), address => {
        const masked = truncateIp(address) ?? ''
        const family = isIPv6(masked) ? 'ipv6' : 'ipv4'
        const network = new BlockList()
        network.addSubnet(masked, family === 'ipv6' ? 48 : 24, family)
        expect(network.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')).toBe(true)
      }),
      { numRuns: 2000 }
    )
  })

  test('the result is as short as RFC 5952 wants it: what a URL makes of it', () => {
    fc.assert(
      fc.property(fc.ipV6(), address => {
        const masked = truncateIp(address) ?? ''
        fc.pre(isIPv6(masked))
        expect(new URL(`http://[${masked}]`).hostname).toBe(`[${masked}]`)
      }),
      { numRuns: 2000 }
    )
  })

  test('every spelling of it gives the same', () => {
    const groups = fc.array(fc.constantFrom(0, 0, 1, 0xab, 0xffff, 0x1234), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(groups, parts => {
        const long = parts.map(part => part.toString(16).padStart(4, '0')).join(':')
        const short = new URL(`http://[${long}]`).hostname.slice(1, -1)
        const dotted = long.replace(/(..)(..):(..)(..)$/, (_, ...bytes: string[]) =>
          bytes
            .slice(0, 4)
            .map(byte => Number.parseInt(byte, 16))
            .join('.')
        )
        for (const spelling of [short, long.toUpperCase(), dotted]) expect(truncateIp(spelling)).toBe(truncateIp(long))
      })
    )
  })

  test('masking it again changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), address => {
        const masked = truncateIp(address) ?? ''
        expect(truncateIp(masked)).toBe(masked)
      })
    )
  })
})

test('is an address what Node takes for one, but for zones', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), fc.string()), text => {
      expect(isIpAddress(text)).toBe(isIP(text) !== 0 && !text.includes('%'))
    })
  )
})
