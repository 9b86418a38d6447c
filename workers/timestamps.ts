import { ORIGINAL_TIMESTAMP_HEADER, textHeader } from '../src/dead-letters/headers.ts'
import type { Header } from '../src/pipeline.ts'

/** Brokers refuse a record whose timestamp is further ahead than this (message.timestamp.after.max.ms, one hour). */
export const MAX_AHEAD_MS = 3_600_000

export interface OutputTimestamp {
  readonly timestampMs: number
  readonly headers: readonly Header[]
}

const NO_HEADERS: readonly Header[] = []

/** The timestamp that a broker will take: one that is missing or too far ahead becomes now, and a header keeps it. */
export function acceptedTimestamp(wantedMs: number, nowMs: number): OutputTimestamp {
  return { timestampMs: acceptedMs(wantedMs, nowMs), headers: timestampHeaders(wantedMs, nowMs) }
}

/** The two halves of it, for the row of every record: no object has to be made. */
export function acceptedMs(wantedMs: number, nowMs: number): number {
  return wantedMs >= 0 && wantedMs <= nowMs + MAX_AHEAD_MS ? wantedMs : nowMs
}

export function timestampHeaders(wantedMs: number, nowMs: number): readonly Header[] {
  if (wantedMs <= nowMs + MAX_AHEAD_MS) return NO_HEADERS
  return [textHeader(ORIGINAL_TIMESTAMP_HEADER, String(wantedMs))]
}
