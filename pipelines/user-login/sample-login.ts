import type { RawLogin } from './sample-faults.ts'
import { NumberedRandom } from './sample-random.ts'

/** What a sample says, before anything is spoiled in it. */
export interface SampleLogin {
  readonly userId: string
  readonly appVersion: string
  readonly locale: string
  readonly raw: RawLogin
  /** What is written after a comma or colon. */
  readonly blank: string
}

export const SAMPLE_VERSION = '2.3.0'

const USERS = 100_000
const otherVersions = ['2.2.1', '2.4.0', '1.0.0']
const deviceTypes = ['"android"', '"iOS"', '"web"']
const noDeviceTypes = [undefined, 'null', '""']
const locales = 'RU US DE FR GB IN BR CN JP MX ES IT PL UA TR ID PH VN NG NE'.split(' ')

/** Draws one login of one of 100,000 users. What belongs to a user is the same in all of the user's logins. */
export function drawLogin(seed: number, random: NumberedRandom, kind: string, timestampMs: number): SampleLogin {
  const user = new NumberedRandom(~seed, random.below(USERS))
  const userId = user.uuid()
  const locale = user.pick(locales)
  const ownType = user.pick(deviceTypes)
  const appVersion = kind === 'other-version' ? random.pick(otherVersions) : SAMPLE_VERSION
  const deviceType = kind === 'no-device-type' ? random.pick(noDeviceTypes) : ownType
  const ip = drawIp(random)
  const seconds = Math.floor(Math.max(0, timestampMs - random.below(2000)) / 1000)
  const isCompact = random.below(2) === 0
  const raw: RawLogin = isCompact
    ? {
        user_id: `"${userId}"`,
        app_version: `"${appVersion}"`,
        device_type: deviceType,
        ip: `"${ip}"`,
        locale: `"${locale}"`,
        device_id: `"${100 + user.below(900)}-${10 + user.below(90)}-${1000 + user.below(9000)}"`,
        timestamp: `"${seconds}"`
      }
    : {
        user_id: `"${userId}"`,
        app_version: `"${appVersion}"`,
        ip: `"${ip}"`,
        locale: `"${locale}"`,
        device_id: `"${user.uuid()}"`,
        timestamp: String(seconds),
        device_type: deviceType
      }
  return { userId, appVersion, locale, raw, blank: isCompact ? '' : ' ' }
}

/** One in fifty is IPv6. */
function drawIp(random: NumberedRandom): string {
  if (random.below(50) === 0)
    return `2001:db8:${random.below(65_536).toString(16)}::${random.below(65_536).toString(16)}`
  const bits = random.next()
  return `${1 + random.below(223)}.${bits >>> 24}.${(bits >>> 16) & 0xff}.${(bits >>> 8) & 0xff}`
}
