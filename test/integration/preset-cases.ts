import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { soundLogin } from '../corpus/bad-records.ts'
import type { NewRecord } from '../kafka/topic-writer.ts'

/** Where records are to be, and how many rows each topic of a preset has in the end. */
export interface PresetCase {
  readonly preset: string
  /** What the specification says the topics are, by role. */
  readonly topics: Readonly<Partial<Record<Role, string>>>
  /** The rows of results, whole, by the name of the login; where a time is not known before, `expect.any`. */
  readonly processed: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What dead letters say. */
  readonly deadLetters: Readonly<Record<string, string>>
  /** By which rule the others are in the cleaned topic; where there is none, they are nowhere. */
  readonly leftOut: Readonly<Record<string, string>>
}

export type Role = 'processed' | 'deadLetters' | 'cleaned' | 'summary' | 'metrics'

const HOUR_MS = 3_600_000

const good = { ...soundLogin, locale: 'US' }
const { device_type: _, ...withoutDeviceType } = good
const { user_id: __, ...withoutUser } = good

/** One of each kind that some preset treats in its own way. */
export const logins: Readonly<Record<string, NewRecord>> = {
  good: { value: JSON.stringify(good) },
  'in milliseconds': { value: JSON.stringify({ ...good, timestamp: 1_694_479_551_250 }) },
  'over IPv6': { value: JSON.stringify({ ...good, ip: '2001:db8:85a3::8a2e:370:7334' }) },
  'from RU': { value: JSON.stringify({ ...good, locale: 'RU' }) },
  'of 2.4.0': { value: JSON.stringify({ ...good, app_version: '2.4.0' }) },
  'without a device type': { value: JSON.stringify(withoutDeviceType) },
  'without a user': { value: JSON.stringify(withoutUser) },
  'with a number as its locale': { value: JSON.stringify({ ...good, locale: 7 }) },
  'not JSON': { value: '{"user_id":' },
  'without an address': { value: JSON.stringify({ ...good, ip: '199.172.111' }) },
  'an hour old': { value: JSON.stringify(good), timestampMs: Date.now() - HOUR_MS }
}

const DEVICE = createHash('sha256').update(good.device_id).digest('hex')

/** As a result says it, before anything is added to it. */
function masked(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { user_id, app_version, device_type, locale, timestamp } = good
  const own = { user_id, app_version, device_type, ip: '199.172.111.0', locale, device_id: DEVICE }
  return { ...own, timestamp: Number(timestamp), ...changes }
}

const EVENT_TIME = '2023-09-12T00:45:51.000Z'
const EVENT_MS = Date.parse(EVENT_TIME)
export const ISO_TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

type Enrich = (eventMs: number) => Readonly<Record<string, unknown>>

const enrichment = {
  event_time: (eventMs: number) => ({ event_time: new Date(eventMs).toISOString() }),
  processed_at: () => ({ processed_at: ISO_TIME }),
  latency_ms: () => ({ latency_ms: expect.any(Number) as unknown })
} satisfies Record<string, Enrich>

/** What most presets make of the logins that they let through. */
function results(fields: readonly (keyof typeof enrichment)[], without: readonly string[] = []) {
  const added = (eventMs: number) => Object.assign({}, ...fields.map(field => enrichment[field](eventMs))) as object
  const whole = (changes: Readonly<Record<string, unknown>>, eventMs = EVENT_MS) => ({
    ...masked(changes),
    ...added(eventMs)
  })
  const all = {
    good: whole({}),
    'in milliseconds': whole({}, EVENT_MS + 250),
    'over IPv6': whole({ ip: '2001:db8:85a3::' }),
    'from RU': whole({ locale: 'RU' }),
    'of 2.4.0': whole({ app_version: '2.4.0' }),
    'without a device type': whole({ device_type: 'unknown' }),
    'an hour old': whole({})
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
}

const failures = {
  'without a user': 'user_id:missing',
  'with a number as its locale': 'locale:wrong-type',
  'not JSON': 'not-json@11',
  'without an address': 'ip:not-an-ip-address'
}

const everyField = ['event_time', 'processed_at', 'latency_ms'] as const

export const presetCases: readonly PresetCase[] = [
  {
    preset: 'schema',
    topics: { processed: 'user-login-processed', deadLetters: 'user-login-dlq' },
    processed: results(['event_time']),
    deadLetters: failures,
    leftOut: {}
  },
  {
    preset: 'audit',
    topics: {
      processed: 'processed-output',
      deadLetters: 'processed-errors',
      cleaned: 'cleaned-data',
      summary: 'summary-output',
      metrics: 'metrics-output'
    },
    processed: results(everyField, ['of 2.4.0', 'without a device type', 'an hour old']),
    deadLetters: { ...failures, 'without a device type': 'device_type:missing' },
    leftOut: { 'of 2.4.0': 'app_version', 'an hour old': 'age' }
  },
  {
    preset: 'locale',
    topics: { processed: 'processed-user-login', deadLetters: 'user-login-dlq' },
    processed: results(['event_time', 'processed_at'], ['from RU']),
    deadLetters: failures,
    leftOut: { 'from RU': 'locale' }
  },
  {
    preset: 'enrich',
    topics: { processed: 'processed-user-login', deadLetters: 'user-login-dlq' },
    processed: results(['processed_at', 'latency_ms']),
    deadLetters: failures,
    leftOut: {}
  },
  {
    preset: 'defaults',
    topics: { processed: 'processed-data', deadLetters: 'user-login-dlq' },
    processed: results(everyField),
    deadLetters: failures,
    leftOut: {}
  }
]
