import { ORIGINAL_TIMESTAMP_HEADER, textHeader } from '../src/dead-letters/headers.ts'
import type { Header } from '../src/pipeline.ts'

/** Brokers refuse a record whose timestamp is further ahead than this (message.timestamp.after.max.ms, one hour). */
export const MAX_AHEAD_MS = 3_600_000

export interface OutputTimestamp {
  readonly timestampMs: number
  readonly headers: readonly Header[]
}

/** The timestamp that a broker will take: one that is missing or too far ahead becomes now, and a header keeps it. */
export function acceptedTimestamp(wantedMs: number, nowMs: number): OutputTimestamp {
  if (wantedMs >= 0 && wantedMs <= nowMs + MAX_AHEAD_MS) return { timestampMs: wantedMs, headers: [] }
  if (wantedMs < 0) return { timestampMs: nowMs, headers: [] }
  return { timestampMs: nowMs, headers: [textHeader(ORIGINAL_TIMESTAMP_HEADER, String(wantedMs))] }
}
