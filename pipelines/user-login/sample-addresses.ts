import { type NumberedRandom, weighted } from './sample-random.ts'

const decimal = Array.from({ length: 256 }, (_, byte) => String(byte))

/** Of all addresses one in ten is written as IPv6. */
const IPV6_SHARE = 0.1

/** How an IPv6 address may be written, and that of an IPv4 one that came in by way of IPv6. */
const spellings = weighted({ short: 10, long: 4, upper: 2, mapped: 3, 'mapped-hexadecimal': 1 })

/** An address in one of the forms in which they are written, all of which are valid. */
export function drawAddress(random: NumberedRandom): string {
  return random.fraction() < IPV6_SHARE ? drawIpv6(random) : drawIpv4(random)
}

/** The same, but of one that ends with four decimal octets the last is left out, and the dot before it not. */
export function drawNetwork(random: NumberedRandom): string {
  const address = drawAddress(random)
  return address.includes('.') ? address.slice(0, address.lastIndexOf('.') + 1) : address
}

/** What completes such a network. */
export function drawHost(random: NumberedRandom): string {
  return decimal[1 + random.below(254)]
}

function drawIpv4(random: NumberedRandom): string {
  const bits = random.next()
  return `${decimal[1 + random.below(223)]}.${decimal[bits >>> 24]}.${decimal[(bits >>> 16) & 0xff]}.${decimal[(bits >>> 8) & 0xff]}`
}

/** The network is the one that is kept free for examples, 2001:db8::/32. */
function drawIpv6(random: NumberedRandom): string {
  const site = random.below(65_536)
  const host = random.below(65_536)
  switch (random.pick(spellings)) {
    case 'short':
      return `2001:db8:${site.toString(16)}::${host.toString(16)}`
    case 'long':
      return `2001:0db8:${four(site)}:0000:0000:0000:0000:${four(host)}`
    case 'upper':
      return `2001:DB8:${site.toString(16).toUpperCase()}::${host.toString(16).toUpperCase()}`
    case 'mapped':
      return `::ffff:${drawIpv4(random)}`
    case 'mapped-hexadecimal':
      return `::ffff:${(0x100 + (site % 0xdf00)).toString(16)}:${host.toString(16)}`
  }
}

function four(group: number): string {
  return group.toString(16).padStart(4, '0')
}

/** What is none, though it looks like one. */
export const notAddresses = [
  '192.168.001.1',
  '10.1.2',
  '10.1.2.256',
  '10.1.2.3:443',
  '10.1.2.0/24',
  'fe80::1%eth0',
  '[2001:db8::1]',
  '2001:db8::/48',
  '2001:db8::1::2',
  'localhost'
] as const
