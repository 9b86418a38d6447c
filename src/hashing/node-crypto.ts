import { hash } from 'node:crypto'
import { isUint8Array } from 'node:util/types'
import type { Hashes, TextHash } from './hashes.ts'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
/** Ids and addresses are shorter. A UTF-16 unit takes three bytes at most. */
const SHORT_TEXT_LENGTH = 128

/** By Node alone. */
export const hashesByNode: Hashes = { sha256, createHmac }

function sha256(text: string): string {
  return hash('sha256', asText(text), 'hex')
}

/**
 * HMAC-SHA-256 (RFC 2104): hash(outer pad + hash(inner pad + text)). The pads, which are the key's schedule, are made
 * once; a text then costs two one-shot hashes, a third of what Node's `createHmac` takes, most of it to set itself up.
 */
function createHmac(key: Uint8Array): TextHash {
  if (!isUint8Array(key)) throw new TypeError('a key is a Uint8Array')
  const block = Buffer.alloc(BLOCK_BYTES)
  block.set(key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key)
  const inner = innerHash(Buffer.from(block.map(byte => byte ^ 0x36)))
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)
  outer.set(block.map(byte => byte ^ 0x5c))
  return text => {
    outer.latin1Write(inner(asText(text)), BLOCK_BYTES)
    return hash('sha256', outer, 'hex')
  }
}

/** Answers digests as Latin-1, a character a byte. */
function innerHash(pad: Buffer): TextHash {
  const bytes = Buffer.alloc(BLOCK_BYTES + SHORT_TEXT_LENGTH * 3)
  bytes.set(pad)
  // Views are made once for each length: making one takes longer than hashing what it shows.
  const views: Buffer[] = []
  return text => {
    if (text.length > SHORT_TEXT_LENGTH) return hash('sha256', Buffer.concat([pad, Buffer.from(text)]), 'latin1')
    const end = BLOCK_BYTES + bytes.utf8Write(text, BLOCK_BYTES)
    return hash('sha256', (views[end] ??= bytes.subarray(0, end)), 'latin1')
  }
}

/** `crypto.hash` takes bytes, too: a value that is no text must not become something else here than by the addon. */
function asText(text: unknown): string {
  if (typeof text === 'string') return text
  throw new TypeError('only a text can be hashed')
}
