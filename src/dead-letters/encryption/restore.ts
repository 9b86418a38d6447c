import type { KeyObject } from 'node:crypto'
import { membersOf, type JsonMember } from '../../../workers/json-members.ts'
import { positionText } from '../../kafka/stored-record.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { decrypt, isSealed } from './cipher.ts'
import { HIDDEN_NAME, TOKEN_PREFIX, type Encryption } from './encryption.ts'
import type { EncryptionKey } from './keys.ts'

/** A dead letter can't be decrypted with the keys that there are. */
export class MissingKeyError extends Error {
  override readonly name = 'MissingKeyError'
}

/**
 * The same dead letter with its value as it was before any of it was encrypted, byte for byte. Undefined if value or
 * headers were changed since, or moved here from another dead letter.
 *
 * @throws MissingKeyError
 */
export function restored(deadLetter: DeadLetter, keys: readonly EncryptionKey[]): DeadLetter | undefined {
  if (deadLetter.encryption === undefined) return deadLetter
  const value = decryptedValue(deadLetter, deadLetter.encryption, keyFor(deadLetter, deadLetter.encryption, keys))
  return value && { ...deadLetter, record: { ...deadLetter.record, value }, encryption: undefined }
}

function decryptedValue(
  { record: { value }, source }: DeadLetter,
  { how, seal }: Encryption,
  key: KeyObject
): Buffer | undefined {
  const place = positionText(source)
  if (value === null) return undefined
  if (how === 'value') return decrypt(key, 'value', place, value)
  return isSealed(key, place, value, seal) ? withFields(value, text => decrypt(key, 'field', place, text)) : undefined
}

function keyFor(
  { record }: DeadLetter,
  { keyId, keyCheck, how }: Encryption,
  keys: readonly EncryptionKey[]
): KeyObject {
  const where = `${positionText(record)} is encrypted`
  if (how !== 'fields' && how !== 'value')
    throw new MissingKeyError(`${where} in a way that this version does not know`)
  const found = keys.find(({ id }) => id === keyId)
  if (found === undefined) {
    throw new MissingKeyError(
      `${where} with the key "${keyId}", which is not among DLQ_ENCRYPTION_KEYS: add it at the end`
    )
  }
  if (found.check === keyCheck) return found.key
  throw new MissingKeyError(
    `${where} with another key of the name "${keyId}" than DLQ_ENCRYPTION_KEYS has: add that one, and give each its own name`
  )
}

/** Undefined if one can't be decrypted. Only for a text that is sealed, and so ours. */
function withFields(masked: Buffer, open: (text: Buffer) => Buffer | undefined): Buffer | undefined {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const member of membersOf(masked, 0, masked.length, Infinity) ?? []) {
    const token = tokenOf(masked, member)
    if (token === undefined) continue
    const text = open(Buffer.from(token, 'base64'))
    if (text === undefined) return undefined
    pieces.push(masked.subarray(at, member.name === HIDDEN_NAME ? member.nameStart : member.valueStart), text)
    at = member.valueEnd
  }
  return Buffer.concat([...pieces, masked.subarray(at)])
}

/** What follows the prefix: ours are written without escapes. */
function tokenOf(masked: Buffer, { valueStart, valueEnd }: JsonMember): string | undefined {
  const text = masked.latin1Slice(valueStart, valueEnd)
  return text.startsWith(`"${TOKEN_PREFIX}`) ? text.slice(1 + TOKEN_PREFIX.length, -1) : undefined
}
