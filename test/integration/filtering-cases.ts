import { cleaned, deadLetter, header, login, nowhere, nowMs, processed, type Case } from './user-login-cases.ts'

const MINUTE_MS = 60_000
const long = { timestampMs: nowMs - 10 * MINUTE_MS }
const seconds = (ageMs: number) => String(Math.floor((nowMs - ageMs) / 1000))
const oldLogin = login({ timestamp: seconds(10 * MINUTE_MS) })
const freshLogin = login({ timestamp: seconds(0) })

/** Which logins are processed: age, defaults, required fields, versions, locales, tombstones. */
export const filteringCases: readonly Case[] = [
  {
    name: 'MAX_RECORD_AGE_MS expires what is old by its Kafka timestamp, before it is parsed',
    settings: { MAX_RECORD_AGE_MS: '300000' },
    records: [
      [
        { value: oldLogin, ...long, headers: [header('a', 'b')] },
        cleaned('age', { value: oldLogin, ...long, headers: ['a=b', 'millrace.rule=age'] })
      ],
      [{ value: 'no JSON', ...long }, cleaned('age', { value: 'no JSON' })],
      [{ value: null, ...long }, cleaned('age', { value: null })],
      [{ value: login() }, processed()]
    ]
  },
  {
    name: 'AGE_CLOCK=event expires what is old by its own timestamp, after validation',
    settings: { MAX_RECORD_AGE_MS: '300000', AGE_CLOCK: 'event', ACCEPTED_APP_VERSIONS: '2.3.0' },
    records: [
      [{ value: oldLogin }, cleaned('age', { value: oldLogin })],
      [{ value: freshLogin, ...long }, processed({ timestamp: Number(seconds(0)) }, long)],
      [{ value: login({ locale: '', timestamp: seconds(10 * MINUTE_MS) }) }, deadLetter('locale:empty')],
      [{ value: login({ app_version: '1.0.0', timestamp: seconds(10 * MINUTE_MS) }) }, cleaned('age')]
    ]
  },
  {
    name: 'without CLEANED_TOPIC what is left out is only counted',
    settings: { CLEANED_TOPIC: '', MAX_RECORD_AGE_MS: '300000', DROPPED_LOCALES: 'DE' },
    records: [
      [{ value: login(), ...long }, nowhere],
      [{ value: login({ locale: 'DE' }) }, nowhere],
      [{ value: login() }, processed()]
    ]
  },
  {
    name: 'FIELD_DEFAULTS fills in what is missing, null or empty',
    settings: { FIELD_DEFAULTS: 'device_type=unknown,locale=XX' },
    records: [
      [{ value: login({ device_type: undefined }) }, processed({ device_type: 'unknown' })],
      [{ value: login({ device_type: null, locale: '' }) }, processed({ device_type: 'unknown', locale: 'XX' })],
      [{ value: login({ locale: undefined }) }, processed({ locale: 'XX' })],
      [{ value: login({ locale: ' ' }) }, processed({ locale: ' ' })],
      [{ value: login({ user_id: '' }) }, deadLetter('user_id:empty')]
    ]
  },
  {
    name: 'REQUIRED_FIELDS says what must be there; all failures are named, and optional fields need the right type',
    settings: { REQUIRED_FIELDS: 'user_id,device_type', FIELD_DEFAULTS: 'none' },
    records: [
      [
        { value: '{"user_id":"a","device_type":"web"}' },
        { topic: 'processed', value: '{"user_id":"a","device_type":"web"}' }
      ],
      [
        { value: '{"user_id":" ","device_type":"web"}' },
        { topic: 'processed', value: '{"user_id":" ","device_type":"web"}' }
      ],
      [{ value: '{"locale":7}' }, deadLetter('user_id:missing, device_type:missing, locale:wrong-type')],
      [{ value: '{"user_id":"a","device_type":""}' }, deadLetter('device_type:empty')]
    ]
  },
  {
    name: 'ACCEPTED_APP_VERSIONS and DROPPED_LOCALES filter, in this order, and leave the record as it was',
    settings: { ACCEPTED_APP_VERSIONS: '2.3.0,2.4.0', DROPPED_LOCALES: 'DE,BY' },
    records: [
      [{ value: login({ app_version: '2.4.0' }) }, processed({ app_version: '2.4.0' })],
      [
        { value: ` ${login({ app_version: '2.3.00', locale: 'DE' })}`, headers: [header('millrace.rule', 'theirs')] },
        cleaned('app_version', {
          value: ` ${login({ app_version: '2.3.00', locale: 'DE' })}`,
          headers: ['millrace.rule=theirs', 'millrace.rule=app_version']
        })
      ],
      [{ value: login({ locale: 'BY' }), timestampMs: nowMs }, cleaned('locale', { timestampMs: nowMs })],
      [{ value: login({ locale: 'de' }) }, processed({ locale: 'de' })],
      [{ value: login({ locale: 'DE', ip: 'none' }) }, cleaned('locale')]
    ]
  },
  {
    name: 'a null value is a dead letter by default',
    settings: {},
    records: [[{ value: null, headers: [header('a', 'b')] }, deadLetter('null-value', { value: null })]]
  },
  {
    name: 'TOMBSTONES=pass hands a null value on',
    settings: { TOMBSTONES: 'pass' },
    records: [
      [
        { value: null, headers: [header('a', 'b')], timestampMs: nowMs },
        { topic: 'processed', value: null, headers: ['a=b'], timestampMs: nowMs }
      ],
      [{ value: '' }, deadLetter('not-json@0', { value: '' })]
    ]
  },
  {
    name: 'TOMBSTONES=filter leaves a null value out',
    settings: { TOMBSTONES: 'filter' },
    records: [[{ value: null }, cleaned('tombstone', { value: null })]]
  },
  {
    name: 'MAX_DEPTH and REJECT_DUPLICATE_KEYS narrow what is taken for a record',
    settings: { MAX_DEPTH: '2', REJECT_DUPLICATE_KEYS: 'on' },
    records: [
      [{ value: login({ extra: [] }) }, processed()],
      [{ value: '{"extra":[[]]}' }, deadLetter('too-deep@10')],
      [{ value: '{"locale":"RU","locale":"US"}' }, deadLetter('duplicate-key@15')]
    ]
  }
]
