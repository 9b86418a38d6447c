import type { Header } from '../../pipeline.ts'
import type { ErrorBlock } from '../header-styles/style.ts'
import {
  ENCRYPTION_CHECK_HEADER,
  ENCRYPTION_HEADER,
  ENCRYPTION_KEY_HEADER,
  ENCRYPTION_SEAL_HEADER,
  textHeader
} from '../headers.ts'
import { textOf } from '../header-styles/style.ts'
import type { EncryptionKey } from './keys.ts'

/** What the headers of a dead letter say of how its value is encrypted. */
export interface Encryption {
  /** `fields` or `value`, unless a later version wrote it. */
  readonly how: string
  readonly keyId: string
  /** See `EncryptionKey.check`. */
  readonly keyCheck: string
  /** Empty where the whole value is encrypted. */
  readonly seal: Buffer
}

/**
 * A field's value that is encrypted is a string that begins with this; base64 follows. No text that can be read does, so
 * there is no mistaking one for the other.
 */
export const TOKEN_PREFIX = 'encrypted:'
/** Stands where the field's name can't be read either: what is encrypted is name and value together. */
export const HIDDEN_NAME = 'millrace.encrypted'

export function encryptionHeaders(how: 'fields' | 'value', key: EncryptionKey, seal?: Buffer): Header[] {
  return [
    textHeader(ENCRYPTION_HEADER, how),
    textHeader(ENCRYPTION_KEY_HEADER, key.id),
    textHeader(ENCRYPTION_CHECK_HEADER, key.check),
    ...(seal === undefined ? [] : [textHeader(ENCRYPTION_SEAL_HEADER, seal.toString('base64'))])
  ]
}

export function readEncryption(block: ErrorBlock): Encryption | undefined {
  const how = textOf(block, ENCRYPTION_HEADER)
  if (how === '') return undefined
  return {
    how,
    keyId: textOf(block, ENCRYPTION_KEY_HEADER),
    keyCheck: textOf(block, ENCRYPTION_CHECK_HEADER),
    seal: Buffer.from(textOf(block, ENCRYPTION_SEAL_HEADER), 'base64')
  }
}
