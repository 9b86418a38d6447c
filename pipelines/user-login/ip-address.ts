const DOT = 0x2e
const COLON = 0x3a

/**
 * Where the last dot of an IPv4 address in its only spelling is: four decimal numbers up to 255 without leading zeros.
 * -1 if it is none.
 */
export function lastDotOfIpv4(text: string): number {
  let octets = 1
  let octet = -1
  let lastDot = -1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (octet < 0) return -1
      octet = -1
      octets++
      lastDot = at
    } else {
      // An octet of 0 that goes on has a leading zero.
      if (code < 0x30 || code > 0x39 || octet === 0) return -1
      octet = (octet < 0 ? 0 : octet * 10) + code - 0x30
      if (octet > 255) return -1
    }
  }
  return octets === 4 && octet >= 0 ? lastDot : -1
}

/**
 * The eight 16-bit groups of an IPv6 address in any spelling of RFC 4291, or `undefined` if it is none. A zone
 * (`%eth0`), brackets and a prefix length are not part of an address.
 */
export function parseIpv6(text: string): readonly number[] | undefined {
  const groups: number[] = []
  /** Where the `::` stands among the groups; -1 where there is none. */
  let gap = -1
  let group = 0
  let digits = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const digit = hexDigit(code)
    if (digit >= 0 && digits < 4) {
      group = group * 16 + digit
      digits++
    } else if (code === COLON && digits > 0) {
      // One colon alone ends no address.
      if (at === text.length - 1) return undefined
      groups.push(group)
      group = digits = 0
    } else if (code === COLON && gap < 0 && (at > 0 || text.charCodeAt(++at) === COLON)) {
      gap = groups.length
    } else {
      // Only an IPv4 address may come now, as the end: it is two groups.
      return code === DOT && pushIpv4(groups, text.slice(at - digits)) ? filled(groups, gap) : undefined
    }
  }
  if (digits > 0) groups.push(group)
  return filled(groups, gap)
}

/** -1 if it is none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function pushIpv4(groups: number[], text: string): boolean {
  if (lastDotOfIpv4(text) < 0) return false
  let address = 0
  let octet = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== DOT) octet = octet * 10 + code - 0x30
    else {
      address = address * 256 + octet
      octet = 0
    }
  }
  address = address * 256 + octet
  groups.push(address >>> 16, address & 0xffff)
  return true
}

/** `::` stands for one group or more. */
function filled(groups: number[], gap: number): readonly number[] | undefined {
  const missing = 8 - groups.length
  if (gap < 0) return missing === 0 ? groups : undefined
  if (missing < 1) return undefined
  const behind = groups.length - gap
  for (let at = 0; at < missing; at++) groups.push(0)
  for (let at = 7; at >= gap; at--) groups[at] = at > 7 - behind ? groups[at - missing] : 0
  return groups
}

/** `::ffff:a.b.c.d`, which is how IPv6 sockets see IPv4 clients. */
export function isMappedIpv4(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && (groups[0] | groups[1] | groups[2] | groups[3] | groups[4]) === 0
}
