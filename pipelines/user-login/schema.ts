import type { Static } from 'typebox'

const text = { type: 'string' } as const
const whole = { type: 'integer' } as const
/** What a login has on its way in and out. */
const texts = {
  user_id: text,
  app_version: text,
  device_type: text,
  ip: text,
  locale: text,
  device_id: text
} as const

/**
 * A login as it comes in. What a type can't say about `timestamp` is in timestamp.ts. JSON Schema as TypeBox would write
 * it, but written out: TypeBox costs every thread 0.1 s of CPU to load.
 */
export const UserLogin = {
  type: 'object',
  required: ['user_id', 'app_version', 'ip', 'locale', 'device_id', 'timestamp'],
  properties: {
    ...texts,
    timestamp: { anyOf: [{ type: 'number' }, { type: 'string' }] }
  }
} as const
export type UserLogin = Static<typeof UserLogin>

/**
 * A login as it leaves, in this order. Every field may be absent: those of the input because `REQUIRED_FIELDS` can ask
 * for fewer, the last three because `ENRICH_FIELDS` can.
 */
export const ProcessedLogin = {
  type: 'object',
  properties: {
    ...texts,
    /** Seconds since 1970, rounded down. */
    timestamp: whole,
    event_time: text,
    processed_at: text,
    latency_ms: whole
  }
} as const
export type ProcessedLogin = Static<typeof ProcessedLogin>

/** Narrow enough to hold no address and no id: a version of four numbers could be one. */
export const plainForms = {
  app_version: /\d{1,4}(\.\d{1,4}){0,2}(-(alpha|beta|rc)\.?\d{0,3})?/,
  device_type: /[A-Za-z]{1,12}/,
  locale: /[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|\d{3}))?/
} as const
