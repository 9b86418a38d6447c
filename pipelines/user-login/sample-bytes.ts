import type { DrawnLogin } from './sample-login.ts'
import { deviceTypes, userRow } from './sample-user-rows.ts'
import type { SampleUsers } from './sample-users.ts'

const { ID_BYTES, LOCALE, ADDRESS_LENGTH, ADDRESS, DEVICE_TYPES, DEVICE_ID_LENGTHS, DEVICE_IDS } = userRow

const DOT = 0x2e

/** No login and its key are longer. */
export const LOGIN_BYTES_AT_MOST = 512

const compact = pieces('', 'user_id', 'app_version', 'device_type', 'ip', 'locale', 'device_id', 'timestamp')
const spaced = pieces(' ', 'user_id', 'app_version', 'ip', 'locale', 'device_id', 'timestamp', 'device_type')
const types = deviceTypes.map(type => Buffer.from(type))

/** What stands before each value. */
function pieces(blank: string, ...fields: readonly string[]): readonly Uint8Array[] {
  return fields.map((field, index) => {
    const before = index === 0 ? '{' : `${fields[index - 1] === 'timestamp' ? '' : '"'},${blank}`
    return Buffer.from(`${before}"${field}":${blank}${field === 'timestamp' ? '' : '"'}`)
  })
}

/**
 * Writes a login as JSON: the bytes that `writeLogin` makes of its fields, without a string on the way. Copying some
 * two hundred bytes one by one is quicker than a call for each piece of them. Answers where they end.
 */
export function writeLoginBytes(users: SampleUsers, login: DrawnLogin, into: Uint8Array, at: number): number {
  return login.isCompact ? writeCompact(users, login, into, at) : writeSpaced(users, login, into, at)
}

function writeCompact(users: SampleUsers, login: DrawnLogin, into: Uint8Array, at: number): number {
  const { row } = login
  at = copy(compact[0], 0, compact[0].length, into, at)
  at = copy(users.bytes, row, ID_BYTES, into, at)
  at = copy(compact[1], 0, compact[1].length, into, at)
  at = write(login.appVersion, into, at)
  at = copy(compact[2], 0, compact[2].length, into, at)
  at = writeType(users, login, into, at)
  at = copy(compact[3], 0, compact[3].length, into, at)
  at = writeAddress(users, login, into, at)
  at = copy(compact[4], 0, compact[4].length, into, at)
  at = copy(users.bytes, row + LOCALE, 2, into, at)
  at = copy(compact[5], 0, compact[5].length, into, at)
  at = writeDeviceId(users, login, into, at)
  at = copy(compact[6], 0, compact[6].length, into, at)
  at = write(login.timestamp, into, at)
  return write('}', into, at)
}

function writeSpaced(users: SampleUsers, login: DrawnLogin, into: Uint8Array, at: number): number {
  const { row } = login
  at = copy(spaced[0], 0, spaced[0].length, into, at)
  at = copy(users.bytes, row, ID_BYTES, into, at)
  at = copy(spaced[1], 0, spaced[1].length, into, at)
  at = write(login.appVersion, into, at)
  at = copy(spaced[2], 0, spaced[2].length, into, at)
  at = writeAddress(users, login, into, at)
  at = copy(spaced[3], 0, spaced[3].length, into, at)
  at = copy(users.bytes, row + LOCALE, 2, into, at)
  at = copy(spaced[4], 0, spaced[4].length, into, at)
  at = writeDeviceId(users, login, into, at)
  at = copy(spaced[5], 0, spaced[5].length, into, at)
  at = write(login.timestamp, into, at)
  at = copy(spaced[6], 0, spaced[6].length, into, at)
  at = writeType(users, login, into, at)
  return write('"}', into, at)
}

/** The user's id, which is the key. */
export function writeKeyBytes(users: SampleUsers, { row }: DrawnLogin, into: Uint8Array, at: number): number {
  return copy(users.bytes, row, ID_BYTES, into, at)
}

function writeType({ bytes }: SampleUsers, { row, device }: DrawnLogin, into: Uint8Array, at: number): number {
  const type = types[bytes[row + DEVICE_TYPES + device]]
  return copy(type, 0, type.length, into, at)
}

function writeAddress({ bytes }: SampleUsers, login: DrawnLogin, into: Uint8Array, at: number): number {
  const { row, address, host } = login
  if (address !== undefined) return write(address, into, at)
  const end = copy(bytes, row + ADDRESS, bytes[row + ADDRESS_LENGTH], into, at)
  return into[end - 1] === DOT ? write(host, into, end) : end
}

function writeDeviceId({ bytes }: SampleUsers, { row, device }: DrawnLogin, into: Uint8Array, at: number): number {
  return copy(bytes, row + DEVICE_IDS + device * ID_BYTES, bytes[row + DEVICE_ID_LENGTHS + device], into, at)
}

function copy(from: Uint8Array, start: number, length: number, into: Uint8Array, at: number): number {
  for (let index = 0; index < length; index++) into[at + index] = from[start + index]
  return at + length
}

function write(ascii: string, into: Uint8Array, at: number): number {
  for (let index = 0; index < ascii.length; index++) into[at + index] = ascii.charCodeAt(index)
  return at + ascii.length
}
