/** What is the same in all logins of a user. */
export interface SampleUser {
  readonly id: string
  readonly locale: string
  /** One to three; the first is the one that is used most. */
  readonly devices: readonly { readonly id: string; readonly type: DeviceType }[]
  /** Where most logins come from: an address, or one without its last octet, each login having its own. */
  readonly homeNetwork: string
}

/** The index is what a row holds, where 0 is no device. */
export const deviceTypes = ['', 'android', 'iOS', 'web'] as const
export type DeviceType = (typeof deviceTypes)[number]

/**
 * Users lie in memory one beside the other, as bytes that can be copied into logins. As objects they would be in ten
 * places each, and waiting for memory takes longer than all the rest of making a login.
 *
 * ```
 *  id 36 │ locale 2 │ address length 1 │ address 39 │ 3 × device type 1 │ 3 × device id length 1 │ 3 × device id 36
 * ```
 */
const ID_BYTES = 36
const LOCALE = ID_BYTES
const ADDRESS_LENGTH = LOCALE + 2
const ADDRESS = ADDRESS_LENGTH + 1
const DEVICE_TYPES = ADDRESS + 39
const DEVICE_ID_LENGTHS = DEVICE_TYPES + 3
const DEVICE_IDS = DEVICE_ID_LENGTHS + 3
export const ROW_BYTES = DEVICE_IDS + 3 * ID_BYTES

export const userRow = {
  ID_BYTES,
  LOCALE,
  ADDRESS_LENGTH,
  ADDRESS,
  DEVICE_TYPES,
  DEVICE_ID_LENGTHS,
  DEVICE_IDS
} as const

/** How many devices the user of a row has. */
export function devicesOf(bytes: Buffer, row: number): number {
  const types = row + DEVICE_TYPES
  return bytes[types + 1] === 0 ? 1 : bytes[types + 2] === 0 ? 2 : 3
}

export function readUser(bytes: Buffer, row: number): SampleUser {
  const text = (at: number, length: number) => bytes.latin1Slice(at, at + length)
  const deviceAt = (device: number) => ({
    id: text(row + DEVICE_IDS + device * ID_BYTES, bytes[row + DEVICE_ID_LENGTHS + device]),
    type: deviceTypes[bytes[row + DEVICE_TYPES + device]]
  })
  return {
    id: text(row, ID_BYTES),
    locale: text(row + LOCALE, 2),
    devices: Array.from({ length: devicesOf(bytes, row) }, (_, device) => deviceAt(device)),
    homeNetwork: text(row + ADDRESS, bytes[row + ADDRESS_LENGTH])
  }
}

export function writeUser(bytes: Buffer, row: number, { id, locale, devices, homeNetwork }: SampleUser): void {
  bytes.latin1Write(id, row)
  bytes.latin1Write(locale, row + LOCALE)
  bytes[row + ADDRESS_LENGTH] = bytes.latin1Write(homeNetwork, row + ADDRESS)
  for (let device = 0; device < 3; device++) {
    bytes[row + DEVICE_TYPES + device] = deviceTypes.indexOf(devices[device]?.type ?? '')
    const at = row + DEVICE_IDS + device * ID_BYTES
    bytes[row + DEVICE_ID_LENGTHS + device] = bytes.latin1Write(devices[device]?.id ?? '', at)
  }
}
