import type { Header } from '../../src/index.ts'
import { writeKeyBytes, writeLoginBytes } from './sample-bytes.ts'
import { faults, type Spoiled } from './sample-faults.ts'
import type { Sample, SampleGenerator, SampleSettings } from './sample-generator.ts'
import { isFault, KindTable, type SampleKind } from './sample-kinds.ts'
import { drawLogin, rawLogin, writeLogin, type DrawnLogin, type LoginSettings, type RawLogin } from './sample-login.ts'
import { NumberedRandom } from './sample-random.ts'
import { dailyClock, steadyClock, type SampleClock } from './sample-times.ts'
import { SampleUsers } from './sample-users.ts'

export type { Sample, SampleGenerator, SampleSettings } from './sample-generator.ts'
export { LOGIN_BYTES_AT_MOST } from './sample-bytes.ts'
export { defaultShares, sampleKinds, type SampleKind, type SampleShares } from './sample-kinds.ts'

/** The header of a numbered sample: its number in decimal digits. */
export const SAMPLE_HEADER = 'sample'
/** A key is a UUID. */
export const SAMPLE_KEY_BYTES = 36
export const DEFAULT_USERS = 100_000

/** An `old` login is by so much older than it should be: more than any age limit, less than a topic's retention. */
export const OLD_BY_MS = 6 * 3_600_000
/** A `future` login's device is a day ahead. */
const AHEAD_BY_MS = 86_400_000
/** A login is so old at most when it gets to Kafka. */
const ON_ITS_WAY_MS = 2000

/** The moment of the specification's first example. */
const DEFAULT_START_MS = 1_694_479_551_000
const NOTHING_SPOILED: Spoiled = {}
const NO_HEADERS: readonly Header[] = []
const noDeviceTypes = [undefined, 'null', '""']

/**
 * Makes sample logins like those of the pipeline's real topic, about 210 bytes each.
 *
 * @throws if a share is of no known kind or not from 0 to 1, or if they add up to more than 1.
 */
export function createSampleGenerator(settings: SampleSettings): SampleGenerator {
  return new LoginGenerator(settings)
}

class LoginGenerator implements SampleGenerator {
  readonly #random: NumberedRandom
  readonly #kinds: KindTable
  readonly #clock: SampleClock
  readonly #latestMs: number
  readonly #logins: LoginSettings
  readonly #numbered: boolean
  #kind: SampleKind = 'good'
  #timestampMs = 0

  constructor(settings: SampleSettings) {
    const { seed, shares, startTimeMs = DEFAULT_START_MS, samplesPerSecond = 1000, span } = settings
    this.#random = new NumberedRandom(seed)
    this.#kinds = new KindTable(shares ?? {})
    this.#clock = span
      ? dailyClock(startTimeMs, span.endTimeMs, span.samples)
      : steadyClock(startTimeMs, samplesPerSecond)
    this.#latestMs = span?.endTimeMs ?? 0
    this.#logins = {
      users: new SampleUsers(seed, settings.users ?? DEFAULT_USERS),
      timestamps: settings.timestamps ?? ['seconds'],
      rolloutShare: settings.rolloutShare ?? 0.3
    }
    this.#numbered = settings.numbered ?? true
  }

  get timestampMs(): number {
    return this.#timestampMs
  }

  at(number: number): Sample {
    const login = this.#draw(number)
    const raw = rawLogin(this.#logins.users, login)
    const { key, value, headers = NO_HEADERS } = this.#spoil(raw)
    const blank = login.isCompact ? '' : ' '
    return {
      kind: this.#kind,
      key: key === undefined ? Buffer.from(unquoted(raw.user_id), 'latin1') : key,
      value: value === undefined ? Buffer.from(writeLogin(raw, blank), 'latin1') : value,
      headers: this.#numbered ? [numberHeader(number), ...headers] : headers,
      timestampMs: this.#timestampMs,
      appVersion: login.appVersion,
      locale: unquoted(raw.locale)
    }
  }

  write(number: number, into: Buffer, at: number): number {
    const login = this.#draw(number)
    if (this.#kind === 'no-device-type' || isFault(this.#kind)) return 0
    const { users } = this.#logins
    return writeLoginBytes(users, login, into, writeKeyBytes(users, login, into, at))
  }

  #draw(number: number): DrawnLogin {
    const random = this.#random
    random.restart(number)
    const kind = this.#kinds.at(random.fraction())
    const timeMs = this.#clock.at(number)
    this.#kind = kind
    this.#timestampMs = kind === 'old' ? Math.max(0, timeMs - OLD_BY_MS) : timeMs
    const eventMs =
      kind === 'future'
        ? Math.max(timeMs, this.#latestMs) + AHEAD_BY_MS
        : Math.max(0, this.#timestampMs - random.below(ON_ITS_WAY_MS))
    return drawLogin(this.#logins, random, kind === 'other-version', eventMs)
  }

  #spoil(raw: RawLogin): Spoiled {
    if (isFault(this.#kind)) return faults[this.#kind](raw, this.#random)
    if (this.#kind === 'no-device-type') raw.device_type = this.#random.pick(noDeviceTypes)
    return NOTHING_SPOILED
  }
}

function unquoted(json: string | undefined): string {
  return json === undefined ? '' : json.slice(1, -1)
}

function numberHeader(number: number): Header {
  return { name: SAMPLE_HEADER, value: Buffer.from(String(number), 'latin1') }
}
