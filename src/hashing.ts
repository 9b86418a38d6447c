import { hashesByAddon } from './hashing/by-addon.ts'
import type { Hashes } from './hashing/hashes.ts'
import { hashesByNode } from './hashing/node-crypto.ts'

/** Once a thread, when it first hashes: most pipelines never do, and need not load an addon for it. */
let chosen: Hashes | undefined

function hashes(): Hashes {
  return (chosen ??= hashesByAddon() ?? hashesByNode)
}

/**
 * SHA-256 of a text, as 64 lower-case hexadecimal characters of its UTF-8. It takes 0.12 us for a text of up to 55 bytes
 * where the addon has been built (`millrace build-native`), and 0.27 us elsewhere; the result is the same.
 *
 * Whoever has a hash of a short id finds the id by trying them all: for personal data take `createHmacSha256`.
 *
 * ```ts
 * context.emit('visits', { page: visit.page, session: sha256Hex(visit.session) })
 * ```
 */
export function sha256Hex(text: string): string {
  return hashes().sha256(text)
}

/**
 * Makes a function that answers HMAC-SHA-256 of a text by this key (RFC 2104), as 64 lower-case hexadecimal characters.
 * Make it once, where the key is known, not for each record: a text then takes 0.17 us where the addon has been built
 * (`millrace build-native`), and 0.72 us elsewhere. The key may have any length, 32 bytes of chance are good, and is copied.
 *
 * ```ts
 * const pseudonym = createHmacSha256(Buffer.from(key, 'utf8'))
 * context.emit('visits', { page: visit.page, visitor: pseudonym(visit.user_id) })
 * ```
 */
export function createHmacSha256(key: Uint8Array): (text: string) => string {
  return hashes().createHmac(key)
}
