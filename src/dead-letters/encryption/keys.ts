import { createHash, createSecretKey, type KeyObject } from 'node:crypto'

/** A key of `DLQ_ENCRYPTION_KEYS`. */
export interface EncryptionKey {
  /** Its name, which stands in a header of each dead letter that it encrypted. */
  readonly id: string
  /** Tells two keys of one name apart, and nothing else about them. */
  readonly check: string
  readonly key: KeyObject
}

/** `id:base64` of 32 bytes, separated by commas. */
export const ENCRYPTION_KEYS = /[\w.-]{1,64}:[A-Za-z0-9+/]{43}=(?:,[\w.-]{1,64}:[A-Za-z0-9+/]{43}=)*/

/** The one that the documentation shows, and so everybody knows. */
export const EXAMPLE_KEYS = '2026-01:ZXhhbXBsZS1rZXktdGhhdC1ldmVyeWJvZHkta25vd3M='
const EXAMPLE_BASE64 = EXAMPLE_KEYS.split(':')[1]

/** The names, in the order of the setting. */
export function encryptionKeyIds(setting: string | undefined): string[] {
  return partsOf(setting).map(([id]) => id)
}

export function holdsExampleKey(setting: string | undefined): boolean {
  return partsOf(setting).some(([, base64]) => base64 === EXAMPLE_BASE64)
}

/** The first one encrypts. None where the setting is not set. */
export function readEncryptionKeys(setting: string | undefined): EncryptionKey[] {
  return partsOf(setting).map(([id, base64]) => {
    const bytes = Buffer.from(base64, 'base64')
    return { id, check: checkOf(bytes), key: createSecretKey(bytes) }
  })
}

function partsOf(setting: string | undefined): [id: string, base64: string][] {
  if (setting === undefined) return []
  return setting.split(',').map(part => part.split(':') as [string, string])
}

/** 32 bits of a hash: who knows them has still 2^224 keys to try. */
function checkOf(bytes: Uint8Array): string {
  return createHash('sha256').update('millrace dead-letter key check\0').update(bytes).digest('hex').slice(0, 8)
}
