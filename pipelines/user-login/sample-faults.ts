import type { Header } from '../../src/index.ts'
import type { NumberedRandom } from './sample-random.ts'

/** A login's fields in the order in which they are written, each as JSON text; `undefined` is left out. */
export interface RawLogin {
  [field: string]: string | undefined
}

/** What of a sample a fault changes. */
export interface Spoiled {
  readonly key?: Buffer | null
  readonly value?: Buffer | null
  readonly headers?: readonly Header[]
}

type Fault = (login: RawLogin, random: NumberedRandom) => Spoiled

const TOO_DEEP_LEVELS = 10_000
const LARGE_BYTES = 1_000_000
const MANY_HEADERS = 500

const requiredFields = ['user_id', 'app_version', 'ip', 'locale', 'device_id', 'timestamp']
const textFields = ['user_id', 'app_version', 'ip', 'locale', 'device_id']

/** What can be wrong or odd with a sample. Some of these are good records that only look dangerous. */
export const faults = {
  malformed: (login, random) => spoil(malform(writeLogin(login), random)),
  'missing-field': (login, random) => spoil(writeLogin({ ...login, [random.pick(requiredFields)]: undefined })),
  'empty-field': (login, random) => spoil(writeLogin({ ...login, [random.pick(requiredFields)]: '""' })),
  'wrong-type': (login, random) => spoil(writeLogin({ ...login, [random.pick(textFields)]: '12345' })),
  'not-an-object': login => spoil(`[${writeLogin(login)}]`),
  'not-a-timestamp': login => spoil(writeLogin({ ...login, timestamp: '"yesterday"' })),
  'not-an-ip': login => spoil(writeLogin({ ...login, ip: '"192.168.001.1"' })),
  'lone-surrogate': login => spoil(writeLogin({ ...login, device_id: String.raw`"\ud800"` })),
  'null-value': () => ({ value: null }),
  'empty-value': () => spoil(''),
  'not-utf8': login => ({ value: Buffer.from(writeLogin({ ...login, locale: '"\xff"' }), 'latin1') }),
  'byte-order-mark': login => spoil(`\ufeff${writeLogin(login)}`),
  'nul-bytes': login => spoil(writeLogin(login).replaceAll(',', ',\0')),
  'too-deep': login => spoil(writeLogin({ ...login, extra: nest(TOO_DEEP_LEVELS) })),
  'no-key': () => ({ key: null }),
  'prototype-keys': login => spoil(writeLogin({ ['__proto__']: '{"ip": 1}', constructor: '{"name": 1}', ...login })),
  'huge-number': login => spoil(writeLogin({ ...login, extra: '9007199254740993' })),
  'infinite-number': login => spoil(writeLogin({ ...login, extra: '1e400' })),
  large: login => spoil(writeLogin({ ...login, extra: `"${'x'.repeat(LARGE_BYTES)}"` })),
  'many-headers': () => ({ headers: manyHeaders })
} as const satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof faults

/** As Python's json writes it, with a blank after comma and colon, or as JavaScript does. */
export function writeLogin(login: RawLogin, blank = ' '): string {
  let text = ''
  for (const field in login) {
    const json = login[field]
    if (json !== undefined) text += `${text === '' ? '{' : `,${blank}`}"${field}":${blank}${json}`
  }
  return text + '}'
}

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
