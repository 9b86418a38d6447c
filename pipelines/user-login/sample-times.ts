import { formatIsoTime } from './iso-time.ts'
import type { NumberedRandom } from './sample-random.ts'

/** How `timestamp` may be written: each form as a number and as a text, but for ISO 8601. */
export const timestampForms = ['seconds', 'milliseconds', 'iso'] as const
export type TimestampForm = (typeof timestampForms)[number]

const DAY_MS = 86_400_000
/** The busiest hour has four times the logins of the quietest one, twelve hours away. */
const PEAK_MS = 18 * 3_600_000
const SWING = 0.6
/** Five minutes a step; between two steps the clock runs evenly. */
const STEPS = 288

/** When the samples happen. */
export interface SampleClock {
  at(number: number): number
}

/** Samples at a steady rate. */
export function steadyClock(startTimeMs: number, samplesPerSecond: number): SampleClock {
  return { at: number => startTimeMs + Math.floor((number * 1000) / samplesPerSecond) }
}

/** `count` samples from `startMs` to `endMs`, in order, with the rhythm of a day: many in the evening, few in the early morning. */
export function dailyClock(startMs: number, endMs: number, count: number): SampleClock {
  const first = loginsBefore(startMs)
  const all = loginsBefore(endMs) - first
  return { at: number => Math.max(startMs, Math.min(endMs, timeOf(first + (all * number) / count))) }
}

/** The logins from 1970 to a moment, in units of those that a millisecond has on average: a day has as many as milliseconds. */
function loginsBefore(timeMs: number): number {
  return timeMs + SWING * (DAY_MS / (2 * Math.PI)) * Math.sin((2 * Math.PI * (timeMs - PEAK_MS)) / DAY_MS)
}

const dayStart = loginsBefore(0)
/** The logins of a day until each of its steps. */
const loginsUntilStep = Array.from({ length: STEPS + 1 }, (_, step) => loginsBefore((step * DAY_MS) / STEPS) - dayStart)

/** What `loginsBefore` takes to `logins`. */
function timeOf(logins: number): number {
  const day = Math.floor((logins - dayStart) / DAY_MS)
  const rest = logins - dayStart - day * DAY_MS
  let low = 0
  let high = STEPS
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (loginsUntilStep[middle] <= rest) low = middle
    else high = middle
  }
  const part = (rest - loginsUntilStep[low]) / (loginsUntilStep[high] - loginsUntilStep[low])
  return Math.floor(day * DAY_MS + ((low + part) * DAY_MS) / STEPS)
}

/** A moment as JSON, as text or as a number where the form has both. */
export function timestampJson(form: TimestampForm, timeMs: number, asText: boolean, random: NumberedRandom): string {
  if (form === 'iso') return `"${isoTime(timeMs, random)}"`
  const digits = form === 'seconds' ? secondsText(Math.floor(timeMs / 1000)) : String(timeMs)
  return asText ? `"${digits}"` : digits
}

/** With and without a fraction, in UTC and elsewhere. */
function isoTime(timeMs: number, random: NumberedRandom): string {
  switch (random.below(4)) {
    case 0:
      return `${formatIsoTime(timeMs).slice(0, 19)}Z`
    case 1:
      return `${formatIsoTime(timeMs + 7_200_000).slice(0, -1)}+02:00`
    default:
      return formatIsoTime(timeMs)
  }
}

const keptSeconds = new Float64Array(16).fill(-1)
const keptTexts: string[] = []

/** Neighbouring samples are of the same few seconds. */
function secondsText(seconds: number): string {
  const slot = seconds & 15
  if (keptSeconds[slot] !== seconds) {
    keptSeconds[slot] = seconds
    keptTexts[slot] = String(seconds)
  }
  return keptTexts[slot]
}
