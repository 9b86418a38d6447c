import {
  deadLetter,
  cleaned,
  header,
  hmac,
  login,
  nowMs,
  PII_HASH_KEY,
  processed,
  sha256,
  type Case
} from './user-login-cases.ts'
import { soundLogin } from '../corpus/bad-records.ts'

const DAY_MS = 86_400_000
const eventMs = nowMs - (nowMs % 1000) - DAY_MS
const ahead = { timestampMs: nowMs + DAY_MS }
const eventTime = '2023-09-12T00:45:51.000Z'

/** What a processed login looks like: masks, added and extra fields, timestamps, headers. */
export const outputCases: readonly Case[] = [
  {
    name: 'by default device_id is hashed and ip truncated, and what is no address is a dead letter',
    settings: {},
    records: [
      [{ value: login() }, processed({ device_id: sha256('593-47-5928') })],
      [{ value: login({ ip: '2001:DB8:85a3:0::8a2e' }) }, processed({ ip: '2001:db8:85a3::' })],
      [{ value: login({ ip: '::ffff:c7ac:6f87' }) }, processed({ ip: '199.172.111.0' })],
      [
        { value: login({ ip: '1.2.3.4/24' }) },
        deadLetter('ip:not-an-ip-address', { value: login({ ip: '1.2.3.4/24' }) })
      ]
    ]
  },
  {
    name: 'PII_HASH_KEY and IP_MASKING=hash make keyed hashes',
    settings: { PII_HASH_KEY, IP_MASKING: 'hash' },
    records: [
      [{ value: login() }, processed({ device_id: hmac('593-47-5928'), ip: hmac('199.172.111.135') })],
      [{ value: login({ ip: 'localhost' }) }, deadLetter('ip:not-an-ip-address')]
    ]
  },
  {
    name: 'DEVICE_ID_MASKING=keep and IP_MASKING=keep leave them, INVALID_IP=mask lets the rest of the login pass',
    settings: { DEVICE_ID_MASKING: 'keep', IP_MASKING: 'keep', INVALID_IP: 'mask' },
    records: [
      [{ value: login() }, processed({ device_id: soundLogin.device_id, ip: soundLogin.ip })],
      [{ value: login({ ip: '01.2.3.4' }) }, processed({ device_id: soundLogin.device_id, ip: 'invalid' })]
    ]
  },
  {
    name: 'ENRICH_FIELDS=event_time adds the time of the event',
    settings: { ENRICH_FIELDS: 'event_time' },
    records: [
      [{ value: login() }, processed({ event_time: eventTime })],
      [{ value: login({ timestamp: 1694479551.9876 }) }, processed({ event_time: '2023-09-12T00:45:51.987Z' })],
      [
        { value: login({ timestamp: '2023-09-12T03:45:51.5+03:00' }) },
        processed({ event_time: '2023-09-12T00:45:51.500Z' })
      ],
      [{ value: login({ timestamp: 1694479551250 }) }, processed({ event_time: '2023-09-12T00:45:51.250Z' })]
    ]
  },
  {
    name: 'EXTRA_FIELDS=keep appends fields that the schema does not know, but none named like one of the output',
    settings: { EXTRA_FIELDS: 'keep', ENRICH_FIELDS: 'event_time' },
    records: [
      [
        { value: login({ zone: [1, { a: null }], latency_ms: 5, alpha: 'x' }) },
        {
          topic: 'processed',
          value: (processed({ event_time: eventTime }).value ?? '').replace(/}$/, ',"zone":[1,{"a":null}],"alpha":"x"}')
        }
      ]
    ]
  },
  {
    name: 'EXTRA_FIELDS=reject makes them dead letters',
    settings: { EXTRA_FIELDS: 'reject' },
    records: [
      [{ value: login({ zone: 1 }) }, deadLetter('*:unexpected-field')],
      [{ value: login() }, processed()]
    ]
  },
  {
    name: 'PASS_HEADERS=off keeps headers from the results only',
    settings: { PASS_HEADERS: 'off', DROPPED_LOCALES: 'DE' },
    records: [
      [{ value: login(), headers: [header('a', 'b')] }, processed({}, { headers: [] })],
      [
        { value: login({ locale: 'DE' }), headers: [header('a', 'b')] },
        cleaned('locale', { headers: ['a=b', 'millrace.rule=locale'] })
      ]
    ]
  },
  {
    name: 'headers and timestamp pass by default; a timestamp that the broker would refuse becomes now and is kept in a header',
    settings: {},
    records: [
      [
        { value: login(), headers: [header('a', '1'), header('b', ''), header('a', '2')], timestampMs: nowMs - 5 },
        processed({}, { headers: ['a=1', 'b=', 'a=2'], timestampMs: nowMs - 5 })
      ],
      [{ value: login(), ...ahead }, processed({}, { headers: [`millrace.original.timestamp=${ahead.timestampMs}`] })],
      [{ value: '', ...ahead }, deadLetter('not-json@0')]
    ]
  },
  {
    name: "OUTPUT_TIMESTAMP=event takes the event's own time",
    settings: { OUTPUT_TIMESTAMP: 'event', DROPPED_LOCALES: 'DE' },
    records: [
      [
        { value: login({ timestamp: eventMs }), timestampMs: nowMs },
        processed({ timestamp: eventMs / 1000 }, { timestampMs: eventMs, headers: [] })
      ],
      [
        { value: login({ timestamp: eventMs + 3 * DAY_MS }), timestampMs: nowMs },
        processed(
          { timestamp: (eventMs + 3 * DAY_MS) / 1000 },
          { headers: [`millrace.original.timestamp=${eventMs + 3 * DAY_MS}`] }
        )
      ],
      [
        { value: login({ timestamp: eventMs, locale: 'DE' }), timestampMs: nowMs - 7 },
        cleaned('locale', { timestampMs: nowMs - 7 })
      ]
    ]
  }
]
