import Type, { type Static } from 'typebox'

/** A login as it comes in. What a type can't say about `timestamp` is in timestamp.ts. */
export const UserLogin = Type.Object({
  user_id: Type.String(),
  app_version: Type.String(),
  device_type: Type.Optional(Type.String()),
  ip: Type.String(),
  locale: Type.String(),
  device_id: Type.String(),
  timestamp: Type.Union([Type.Number(), Type.String()])
})
export type UserLogin = Static<typeof UserLogin>

/**
 * A login as it leaves, in this order. Every field may be absent: those of the input because `REQUIRED_FIELDS` can ask
 * for fewer, the last three because `ENRICH_FIELDS` can.
 */
export const ProcessedLogin = Type.Object({
  user_id: Type.Optional(Type.String()),
  app_version: Type.Optional(Type.String()),
  device_type: Type.Optional(Type.String()),
  ip: Type.Optional(Type.String()),
  locale: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  /** Seconds since 1970, rounded down. */
  timestamp: Type.Optional(Type.Integer()),
  event_time: Type.Optional(Type.String()),
  processed_at: Type.Optional(Type.String()),
  latency_ms: Type.Optional(Type.Integer())
})
export type ProcessedLogin = Static<typeof ProcessedLogin>

/** Narrow enough to hold no address and no id: a version of four numbers could be one. */
export const plainForms = {
  app_version: /\d{1,4}(\.\d{1,4}){0,2}(-(alpha|beta|rc)\.?\d{0,3})?/,
  device_type: /[A-Za-z]{1,12}/,
  locale: /[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|\d{3}))?/
} as const
