import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** By so much a text grows. */
export const SEALED_EXTRA_BYTES = IV_BYTES + TAG_BYTES

/** What an encrypted text is: none can be taken for one of another kind. */
export type TextKind = 'field' | 'value' | 'seal'

/**
 * What a text is bound to: its kind, and where the record was read. The error headers say that wherever a dead letter
 * goes, quarantine and copies too, so what is moved into another dead letter is found out. Where the dead letter itself
 * lies would not do: nobody knows before it is written.
 */
function bindingOf(kind: TextKind, place: string): Buffer {
  return Buffer.from(`${kind}\0${place}\0`)
}

/** IV, text and tag in a row. The IV is random, as neither workers nor processes could agree on a counter. */
export function encrypt(key: KeyObject, kind: TextKind, place: string, text: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(bindingOf(kind, place))
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

/** Undefined if it is not what was encrypted, or not with this key, kind and place. */
export function decrypt(key: KeyObject, kind: TextKind, place: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < SEALED_EXTRA_BYTES) return undefined
  const end = sealed.length - TAG_BYTES
  const cipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  cipher.setAAD(bindingOf(kind, place))
  cipher.setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([cipher.update(sealed.subarray(IV_BYTES, end)), cipher.final()])
  } catch {
    return undefined
  }
}

/** Shows later that a text, which itself anybody can read, is unchanged: its encryption of nothing, bound to the text. */
export function seal(key: KeyObject, place: string, text: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.concat([bindingOf('seal', place), text]))
  return Buffer.concat([iv, cipher.final(), cipher.getAuthTag()])
}

export function isSealed(key: KeyObject, place: string, text: Uint8Array, sealed: Uint8Array): boolean {
  if (sealed.length !== SEALED_EXTRA_BYTES) return false
  const cipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.concat([bindingOf('seal', place), text]))
  cipher.setAuthTag(sealed.subarray(IV_BYTES))
  try {
    cipher.final()
    return true
  } catch {
    return false
  }
}
