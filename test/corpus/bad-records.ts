import type { Header } from '../../src/index.ts'
import type { Outcome, Reason } from '../../src/slabs/outcomes.ts'

/** A record that has given some pipeline trouble, and what must become of it with default settings. */
export interface BadRecord {
  readonly name: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  readonly expected: ExpectedResult
}

export interface ExpectedResult {
  readonly outcome: Outcome
  /** `none` unless it is a dead letter. */
  readonly reason: Reason
  /** What the dead letter says: `reason@byte`, or all `field:reason` pairs, or the reason alone. */
  readonly message: string
}

/** The record that all others are made from. Whatever is odd about a record that is processed, its output is this one's. */
export const soundLogin = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  device_id: '593-47-5928',
  timestamp: '1694479551'
} as const

/** All of it but the closing brace, so that a case can go on. */
const opened = JSON.stringify(soundLogin).slice(0, -1)
const key = Buffer.from(soundLogin.user_id)
const processed: ExpectedResult = { outcome: 'processed', reason: 'none', message: '' }

function deadLetter(reason: Reason, message: string = reason): ExpectedResult {
  return { outcome: 'dead-letter', reason, message }
}

function at(reason: Reason, byte: number): ExpectedResult {
  return deadLetter(reason, `${reason}@${byte}`)
}

function invalid(...pairs: readonly string[]): ExpectedResult {
  return deadLetter('invalid', pairs.join(', '))
}

function record(name: string, value: string | Buffer | null, expected: ExpectedResult): BadRecord {
  return { name, key, value: value === null ? null : Buffer.from(value), headers: [], expected }
}

function login(name: string, changes: Readonly<Record<string, unknown>>, expected: ExpectedResult): BadRecord {
  return record(name, JSON.stringify({ ...soundLogin, ...changes }), expected)
}

/** The sound login and one more field, as JSON text. */
function extra(name: string, json: string | Buffer, expected: ExpectedResult): BadRecord {
  return record(name, Buffer.concat([Buffer.from(`${opened},`), Buffer.from(json), Buffer.from('}')]), expected)
}

const malformed: readonly BadRecord[] = [
  record('cut off', opened, at('not-json', opened.length)),
  record('closed by the wrong bracket', `${opened}]`, at('not-json', opened.length)),
  record('a comma too many', `${opened},}`, at('not-json', opened.length + 1)),
  record('two records in one', `${opened}}${opened}}`, at('not-json', opened.length + 1)),
  record('single quotes', "{'user_id':'x'}", at('not-json', 1)),
  record('plain text', 'user logged in', at('not-json', 0)),
  record('NaN', '{"timestamp":NaN}', at('not-json', 13)),
  record('an empty value', '', at('not-json', 0)),
  record('blanks only', ' \n', at('not-json', 2)),
  record('a byte order mark', `\ufeff${opened}}`, at('not-json', 0)),
  record('NUL bytes', Buffer.alloc(16), at('not-json', 0)),
  record('a NUL byte after the record', `${opened}}\0`, at('not-json', opened.length + 1)),
  record('a NUL byte within a string', '{"user_id":"a\0b"}', at('not-json', 13)),
  record(
    'one megabyte that is cut off',
    `${opened},"extra":"${'x'.repeat(1_000_000)}`,
    at('not-json', opened.length + 1_000_010)
  ),
  record('an array', `[${opened}}]`, at('not-an-object', 0)),
  record('a string', ' "login"', at('not-an-object', 1)),
  record('the JSON null', 'null', at('not-an-object', 0)),
  record('a null value', null, deadLetter('null-value'))
]

const notUtf8: readonly BadRecord[] = [
  extra('Latin-1', Buffer.from('"city":"K\xf6ln"', 'latin1'), at('not-utf8', opened.length + 10)),
  extra('half a character', Buffer.from([0x22, 0xe2, 0x82, 0x22, 0x3a, 0x31]), at('not-utf8', opened.length + 2)),
  extra(
    'a surrogate in UTF-8',
    Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31]),
    at('not-utf8', opened.length + 2)
  ),
  record('UTF-16', Buffer.from(`\ufeff${opened}}`, 'utf16le'), at('not-utf8', 0)),
  record('gzip', Buffer.from('1f8b0800000000000003', 'hex'), at('not-json', 0))
]

const deep: readonly BadRecord[] = [
  extra(
    '10,000 levels of arrays',
    `"extra":${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    at('too-deep', opened.length + 9 + 31)
  ),
  extra(
    '10,000 levels of objects',
    `"extra":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    at('too-deep', opened.length + 9 + 31 * 5)
  ),
  record('10,000 levels never closed', '['.repeat(10_000), at('too-deep', 32)),
  extra('33 levels', `"extra":${'['.repeat(32)}${']'.repeat(32)}`, at('too-deep', opened.length + 9 + 31)),
  extra('32 levels', `"extra":${'['.repeat(31)}${']'.repeat(31)}`, processed)
]

const surrogates: readonly BadRecord[] = [
  record('a lone surrogate in a schema field', String.raw`{"user_id":"\ud800"}`, at('lone-surrogate', 12)),
  extra('a lone surrogate elsewhere', String.raw`"extra":"\udc00"`, processed),
  extra('a lone surrogate as a key', String.raw`"\ud800":1`, processed)
]

const wrongFields: readonly BadRecord[] = [
  record(
    'an empty object',
    '{}',
    invalid(
      'user_id:missing',
      'app_version:missing',
      'ip:missing',
      'locale:missing',
      'device_id:missing',
      'timestamp:missing'
    )
  ),
  login('a missing field', { locale: undefined }, invalid('locale:missing')),
  login('a field that is null', { user_id: null }, invalid('user_id:missing')),
  login('an empty field', { ip: '' }, invalid('ip:empty')),
  login('an empty timestamp', { timestamp: '' }, invalid('timestamp:empty')),
  login('a number for a string', { device_id: 5935928 }, invalid('device_id:wrong-type')),
  login('an object for a string', { user_id: { id: 1 } }, invalid('user_id:wrong-type')),
  login('an array for a string', { ip: [] }, invalid('ip:wrong-type')),
  login('a boolean for a timestamp', { timestamp: true }, invalid('timestamp:wrong-type')),
  login('an optional field of the wrong type', { device_type: 7 }, invalid('device_type:wrong-type')),
  login(
    'several failures',
    { user_id: '', ip: 1, timestamp: 'now' },
    invalid('user_id:empty', 'ip:wrong-type', 'timestamp:not-a-timestamp')
  ),
  login('a negative timestamp', { timestamp: -1 }, invalid('timestamp:not-a-timestamp')),
  login('a timestamp beyond 2^53', { timestamp: 2 ** 53 + 2 }, invalid('timestamp:not-a-timestamp')),
  record('a timestamp of 1e400', `${opened.slice(0, -12)}1e400}`, invalid('timestamp:out-of-range')),
  login('30 February', { timestamp: '2024-02-30T00:00:00Z' }, invalid('timestamp:not-a-timestamp')),
  login('no IP address', { ip: 'localhost' }, deadLetter('rejected', 'ip:not-an-ip-address')),
  login('an IP address with leading zeros', { ip: '192.168.001.001' }, deadLetter('rejected', 'ip:not-an-ip-address')),
  login('an IP address with a zone', { ip: 'fe80::1%eth0' }, deadLetter('rejected', 'ip:not-an-ip-address'))
]

const oddButSound: readonly BadRecord[] = [
  extra('__proto__ as a key', '"__proto__":{"user_id":"x","ip":1}', processed),
  extra('constructor as a key', '"constructor":{"prototype":{"ip":1}},"toString":1,"hasOwnProperty":1', processed),
  extra('a number beyond 2^53', '"extra":9007199254740993', processed),
  extra('a number beyond all doubles', '"extra":1e400', processed),
  extra('a NUL that is escaped', String.raw`"extra":"\u0000"`, processed),
  extra('the replacement character', '"extra":"\ufffd"', processed),
  extra('a key twice', '"locale":"RU"', processed),
  extra('one megabyte', `"extra":"${'x'.repeat(1_000_000)}"`, processed),
  record('blanks around it', ` \r\n\t${opened} }\n`, processed),
  { ...login('no key', {}, processed), key: null },
  { ...login('an empty key', {}, processed), key: Buffer.alloc(0) },
  {
    ...login('500 headers', {}, processed),
    headers: Array.from({ length: 500 }, (_, number) => header(`h${number % 7}`, `${number}`))
  },
  {
    ...login('headers like our own', {}, processed),
    headers: [header('__connect.errors.exception.message', 'x'), header('', '')]
  }
]

function header(name: string, value: string): Header {
  return { name, value: Buffer.from(value) }
}

/** Every case of bad input that has a defined outcome; processed ones must not harm their neighbours either. */
export const badRecords: readonly BadRecord[] = [
  ...malformed,
  ...notUtf8,
  ...deep,
  ...surrogates,
  ...wrongFields,
  ...oddButSound
]
