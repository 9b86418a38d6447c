import { drawAddress, drawHost } from './sample-addresses.ts'
import type { NumberedRandom } from './sample-random.ts'
import { timestampJson, type TimestampForm } from './sample-times.ts'
import type { SampleUsers } from './sample-users.ts'

/** What is drawn of a login; all else is the user's. */
export interface DrawnLogin {
  /** The user's row. */
  readonly row: number
  /** Which of the user's devices. */
  readonly device: number
  /** Undefined: one of the user's home network. */
  readonly address: string | undefined
  /** Completes the home network where it is one of four octets. */
  readonly host: string
  readonly appVersion: string
  /** JSON text. */
  readonly timestamp: string
  /** As JavaScript writes it; otherwise as Python does, with blanks and `device_type` at the end. */
  readonly isCompact: boolean
}

/** A login's fields in the order in which they are written, each as JSON text; `undefined` is left out. */
export interface RawLogin {
  [field: string]: string | undefined
}

export interface LoginSettings {
  readonly users: SampleUsers
  readonly timestamps: readonly TimestampForm[]
  /** Of the logins of other versions, the part that is of the next version, which is being rolled out. */
  readonly rolloutShare: number
}

export const SAMPLE_VERSION = '2.3.0'
const NEXT_VERSION = '2.4.0'
const oldVersions = ['2.2.1', '2.2.1', '2.2.1', '2.1.4', '2.1.4', '1.0.0']

/** Of all logins, the part that comes from where the user usually is. */
const AT_HOME = 0.7

/** Draws a login of a moment. */
export function drawLogin(
  { users, timestamps, rolloutShare }: LoginSettings,
  random: NumberedRandom,
  isOtherVersion: boolean,
  eventMs: number
): DrawnLogin {
  const row = users.rowAt(random.fraction())
  const isCompact = random.below(2) === 0
  const form = timestamps.length === 1 ? timestamps[0] : random.pick(timestamps)
  return {
    row,
    // The first one has two thirds of the logins or more.
    device: random.below(3) > 0 ? 0 : random.below(users.devicesOf(row)),
    address: random.fraction() < AT_HOME ? undefined : drawAddress(random),
    host: drawHost(random),
    appVersion: isOtherVersion ? otherVersion(rolloutShare, random) : SAMPLE_VERSION,
    timestamp: timestampJson(form, eventMs, isCompact, random),
    isCompact
  }
}

function otherVersion(rolloutShare: number, random: NumberedRandom): string {
  return random.fraction() < rolloutShare ? NEXT_VERSION : random.pick(oldVersions)
}

/** The login's fields one by one. */
export function rawLogin(users: SampleUsers, login: DrawnLogin): RawLogin {
  const { id, locale, devices, homeNetwork } = users.read(login.row)
  const home = homeNetwork.endsWith('.') ? homeNetwork + login.host : homeNetwork
  const user_id = `"${id}"`
  const app_version = `"${login.appVersion}"`
  const device_type = `"${devices[login.device].type}"`
  const ip = `"${login.address ?? home}"`
  const device_id = `"${devices[login.device].id}"`
  const { timestamp } = login
  return login.isCompact
    ? { user_id, app_version, device_type, ip, locale: `"${locale}"`, device_id, timestamp }
    : { user_id, app_version, ip, locale: `"${locale}"`, device_id, timestamp, device_type }
}

/** Written with `blank` after a comma or colon. */
export function writeLogin(login: RawLogin, blank = ' '): string {
  let text = ''
  for (const field in login) {
    const json = login[field]
    if (json !== undefined) text += `${text === '' ? '{' : `,${blank}`}"${field}":${blank}${json}`
  }
  return text === '' ? '{}' : text + '}'
}
