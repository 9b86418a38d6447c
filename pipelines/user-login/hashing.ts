import { createHmac, createSecretKey, hash } from 'node:crypto'

/** Lower-case hexadecimal, 64 characters, of the text's UTF-8. */
export type Hash = (text: string) => string

export const plainHash: Hash = text => hash('sha256', text, 'hex')

/** HMAC-SHA-256 (RFC 2104). */
export function createKeyedHash(key: Uint8Array): Hash {
  const secret = createSecretKey(key)
  return text => createHmac('sha256', secret).update(text, 'utf8').digest('hex')
}
