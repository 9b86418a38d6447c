const DAY_MS = 86_400_000
const DAYS_KEPT = 64

/** The days last written, each in the slot of its number, as `2023-09-12T`. */
const keptDays = new Int32Array(DAYS_KEPT).fill(-1)
const prefixes = Array.from({ length: DAYS_KEPT }, () => '')

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))

/**
 * Milliseconds since 1970, a whole number of the years 1970 to 9999, as `2023-09-12T00:31:18.000Z`. The same text as
 * `toISOString` in a tenth of its time, as most instants of a stream lie in a few days.
 */
export function formatIsoTime(timestampMs: number): string {
  const day = Math.floor(timestampMs / DAY_MS)
  const slot = day % DAYS_KEPT
  if (keptDays[slot] !== day) {
    keptDays[slot] = day
    prefixes[slot] = new Date(day * DAY_MS).toISOString().slice(0, 11)
  }
  const ms = timestampMs - day * DAY_MS
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return (
    prefixes[slot] +
    twoDigits[hours] +
    ':' +
    twoDigits[minutes - hours * 60] +
    ':' +
    twoDigits[seconds - minutes * 60] +
    '.' +
    threeDigits[ms - seconds * 1000] +
    'Z'
  )
}
