const DOT = 0x2e

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
  const halves = text.split('::', 3)
  if (halves.length > 2) return undefined
  const [head, tail] = halves
  const first = parseGroups(head, tail === undefined)
  const last = tail === undefined ? [] : parseGroups(tail, true)
  if (first === undefined || last === undefined) return undefined
  const missing = 8 - first.length - last.length
  // `::` stands for one group or more.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...first, ...Array.from({ length: missing }, () => 0), ...last]
}

/** The end of an address may be spelled as IPv4, which is two groups. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const words = text.split(':', 9)
  for (const [index, word] of words.entries()) {
    if (/^[\da-f]{1,4}$/i.test(word)) groups.push(Number.parseInt(word, 16))
    else if (isEnd && index === words.length - 1 && lastDotOfIpv4(word) > 0) groups.push(...ipv4Groups(word))
    else return undefined
  }
  return groups
}

function ipv4Groups(text: string): readonly number[] {
  const [a, b, c, d] = text.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}

/** `::ffff:a.b.c.d`, which is how IPv6 sockets see IPv4 clients. */
export function isMappedIpv4(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every(group => group === 0)
}
