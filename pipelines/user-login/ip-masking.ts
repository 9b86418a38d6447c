import { isMappedIpv4, lastDotOfIpv4, parseIpv6 } from './ip-address.ts'

/**
 * The network of an address: IPv4 to /24 with a last octet of 0, IPv6 to /48 as RFC 5952 writes it. `undefined` if the
 * text is no address.
 *
 * @example truncateIp('199.172.111.135') // '199.172.111.0'
 * @example truncateIp('2001:DB8:85a3::8a2e:370:7334') // '2001:db8:85a3::'
 * @example truncateIp('::ffff:c7ac:6f87') // '199.172.111.0'
 */
export function truncateIp(text: string): string | undefined {
  const lastDot = lastDotOfIpv4(text)
  if (lastDot > 0) return text.slice(0, lastDot + 1) + '0'
  const groups = parseIpv6(text)
  if (groups === undefined) return undefined
  if (isMappedIpv4(groups)) return `${groups[6] >> 8}.${groups[6] & 0xff}.${groups[7] >> 8}.0`
  return writeNetwork(groups[0], groups[1], groups[2])
}

/** The five groups cut off are the longest run of zeros, so they and the zeros before them become the `::`. */
function writeNetwork(first: number, second: number, third: number): string {
  if (third !== 0) return `${hex(first)}:${hex(second)}:${hex(third)}::`
  if (second !== 0) return `${hex(first)}:${hex(second)}::`
  return first === 0 ? '::' : `${hex(first)}::`
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16))
const paddedHexPairs = hexPairs.map(pair => pair.padStart(2, '0'))

/** `toString(16)` in a third of its time. */
function hex(group: number): string {
  return group < 256 ? hexPairs[group] : hexPairs[group >> 8] + paddedHexPairs[group & 0xff]
}

export function isIpAddress(text: string): boolean {
  return lastDotOfIpv4(text) > 0 || parseIpv6(text) !== undefined
}
