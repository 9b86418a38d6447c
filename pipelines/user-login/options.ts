import type { OptionTable, Settings } from '../../src/index.ts'

const section = 'user-login'

export const options = {
  acceptedAppVersions: {
    type: 'names',
    default: '*',
    what: 'App versions that are processed; logins of others are filtered. * accepts all.',
    why: 'A new version of the app must not be thrown away because nobody told the pipeline.',
    example: '2.3.0,2.4.0',
    section
  },
  droppedLocales: {
    type: 'list',
    default: 'none',
    what: 'Locales whose logins are filtered. none drops nothing.',
    why: 'Leaving records out is a decision to be taken knowingly.',
    example: 'RU,BY',
    section
  },
  deviceIdMasking: {
    type: 'choice',
    default: 'hash',
    values: ['hash', 'keep'],
    what: 'What becomes of device_id: hash makes it HMAC-SHA-256 with PII_HASH_KEY, or SHA-256 without a key; keep leaves it.',
    why: 'A device id identifies a person; its hash still tells devices apart.',
    example: 'keep',
    section
  },
  ipMasking: {
    type: 'choice',
    default: 'truncate',
    values: ['truncate', 'hash', 'keep'],
    what:
      'What becomes of ip: truncate keeps the network, IPv4 to /24 and IPv6 to /48; hash makes it HMAC-SHA-256 of the ' +
      'address as it is written and needs PII_HASH_KEY; keep leaves it.',
    why: 'The network tells where a login came from, without telling from whom.',
    example: 'hash',
    section
  },
  invalidIp: {
    type: 'choice',
    default: 'dead-letter',
    values: ['dead-letter', 'mask'],
    what: 'What becomes of a login whose ip is no IP address: a dead letter, or mask writes invalid in its place.',
    why: 'Something that is no address can hold anything, so it is kept from the output either way.',
    example: 'mask',
    section
  },
  piiHashKey: {
    type: 'string',
    default: undefined,
    secret: true,
    what: 'The key of the hashes, as the UTF-8 bytes of this text.',
    why: 'No key can be shipped: with a known one, hashes of short ids can be found by trying them all.',
    example: '32 random bytes, from openssl rand -hex 32',
    section
  },
  enrichFields: {
    type: 'list',
    default: 'event_time,processed_at,latency_ms',
    pattern: /event_time|processed_at|latency_ms/,
    what:
      'Fields added to the output: event_time and processed_at, ISO 8601 in UTC, and latency_ms, the time between them. ' +
      'none adds nothing.',
    why: 'Readers need not know how timestamp is written, and can see how late a login came.',
    example: 'event_time,processed_at',
    section
  }
} as const satisfies OptionTable

export type UserLoginSettings = Settings<typeof options>

export function findContradictions({ ipMasking, piiHashKey }: UserLoginSettings): readonly string[] {
  if (ipMasking !== 'hash' || piiHashKey) return []
  return [
    'IP_MASKING=hash needs PII_HASH_KEY, as without a key every IPv4 address can be found by trying them all: ' +
      'set PII_HASH_KEY, or IP_MASKING=truncate.'
  ]
}

export function findWarnings({ deviceIdMasking, piiHashKey }: UserLoginSettings): readonly string[] {
  if (deviceIdMasking !== 'hash' || piiHashKey) return []
  return [
    'PII_HASH_KEY is not set, so device_id is hashed by plain SHA-256, and who guesses a device id can recognise it: ' +
      'set PII_HASH_KEY.'
  ]
}
