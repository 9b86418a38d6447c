import { createHmacSha256, sha256Hex } from '../../src/index.ts'
import { isIpAddress, truncateIp } from './ip-masking.ts'
import type { UserLoginSettings } from './options.ts'

export interface Masks {
  deviceId(deviceId: string): string
  /** `undefined` if the text is no IP address and such records are dead letters. */
  ip(ip: string): string | undefined
}

/** How the settings want personal fields to be masked. The key's schedule is prepared here, once for all records. */
export function createMasks(settings: UserLoginSettings): Masks {
  const { piiHashKey, deviceIdMasking, invalidIp } = settings
  const hash = piiHashKey ? createHmacSha256(Buffer.from(piiHashKey, 'utf8')) : sha256Hex
  const maskAddress = ipMask(settings, hash)
  return {
    deviceId: deviceIdMasking === 'hash' ? hash : deviceId => deviceId,
    ip: invalidIp === 'mask' ? ip => maskAddress(ip) ?? 'invalid' : maskAddress
  }
}

function ipMask({ ipMasking }: UserLoginSettings, hash: (text: string) => string): (ip: string) => string | undefined {
  switch (ipMasking) {
    case 'truncate':
      return truncateIp
    case 'hash':
      return ip => (isIpAddress(ip) ? hash(ip) : undefined)
    case 'keep':
      return ip => (isIpAddress(ip) ? ip : undefined)
  }
}
