import type { Header } from '../../src/index.ts'
import { notAddresses } from './sample-addresses.ts'
import { type RawLogin, writeLogin } from './sample-login.ts'
import type { NumberedRandom } from './sample-random.ts'

/** What of a sample a fault changes. */
export interface Spoiled {
  readonly key?: Buffer | null
  readonly value?: Buffer | null
  readonly headers?: readonly Header[]
}

type Fault = (login: RawLogin, random: NumberedRandom) => Spoiled

/** The default of `MAX_DEPTH`; the record's own object is the first of them. */
const ALLOWED_LEVELS = 32
const TOO_DEEP_LEVELS = 10_000
const LARGE_BYTES = 1_000_000
const MANY_HEADERS = 500

const requiredFields = ['user_id', 'app_version', 'ip', 'locale', 'device_id', 'timestamp']
const notTimestamps = ['"yesterday"', '"1694479551.5"', '"-1"', '-1', '1e14', 'true', '"2023-02-30T00:00:00Z"']
const textFields = ['user_id', 'app_version', 'ip', 'locale', 'device_id']

/** What can be wrong or odd with a sample. Some of these are good records that only look dangerous. */
export const faults = {
  malformed: (login, random) => spoil(malform(writeLogin(login), random)),
  'missing-field': (login, random) => spoil(writeLogin({ ...login, [random.pick(requiredFields)]: undefined })),
  'empty-field': (login, random) => spoil(writeLogin({ ...login, [random.pick(requiredFields)]: '""' })),
  'wrong-type': (login, random) => spoil(writeLogin({ ...login, [random.pick(textFields)]: '12345' })),
  'null-field': (login, random) => spoil(writeLogin({ ...login, [random.pick(requiredFields)]: 'null' })),
  'no-fields': () => spoil('{}'),
  'not-an-object': login => spoil(`[${writeLogin(login)}]`),
  'not-a-timestamp': (login, random) => spoil(writeLogin({ ...login, timestamp: random.pick(notTimestamps) })),
  'not-an-ip': (login, random) => spoil(writeLogin({ ...login, ip: `"${random.pick(notAddresses)}"` })),
  'lone-surrogate': login => spoil(writeLogin({ ...login, device_id: String.raw`"\ud800"` })),
  'null-value': () => ({ value: null }),
  'empty-value': () => spoil(''),
  'not-utf8': login => ({ value: Buffer.from(writeLogin({ ...login, locale: '"\xff"' }), 'latin1') }),
  'byte-order-mark': login => spoil(`\ufeff${writeLogin(login)}`),
  'nul-bytes': login => spoil(writeLogin(login).replaceAll(',', ',\0')),
  'duplicate-key': login => spoil(writeLogin(login).replace('{', '{"user_id": "another", ')),
  'extra-field': login => spoil(writeLogin({ ...login, session: '"f0"' })),
  'blank-field': login => spoil(writeLogin({ ...login, device_id: '" "' })),
  'deep-enough': login => spoil(writeLogin({ ...login, extra: nest(ALLOWED_LEVELS - 1) })),
  'too-deep': login => spoil(writeLogin({ ...login, extra: nest(TOO_DEEP_LEVELS) })),
  'no-key': () => ({ key: null }),
  'prototype-keys': login => spoil(writeLogin({ ['__proto__']: '{"ip": 1}', constructor: '{"name": 1}', ...login })),
  'huge-number': login => spoil(writeLogin({ ...login, extra: '9007199254740993' })),
  'infinite-number': login => spoil(writeLogin({ ...login, extra: '1e400' })),
  large: login => spoil(writeLogin({ ...login, extra: `"${'x'.repeat(LARGE_BYTES)}"` })),
  'many-headers': () => ({ headers: manyHeaders })
} as const satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof faults

function malform(text: string, random: NumberedRandom): string {
  switch (random.below(4)) {
    case 0:
      return text.slice(0, -1) + ']'
    case 1:
      return text.replaceAll('"', "'")
    case 2:
      return text.replace('}', ',}')
    default:
      return text.slice(0, 1 + random.below(text.length - 1))
  }
}

function nest(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

const manyHeaders: readonly Header[] = Array.from({ length: MANY_HEADERS }, (_, number) => ({
  name: `header-${number}`,
  value: Buffer.from(String(number))
}))

function spoil(text: string): Spoiled {
  return { value: Buffer.from(text, 'utf8') }
}
