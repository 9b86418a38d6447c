/** From here on a number means milliseconds: as seconds it would be in the year 5138. */
const FIRST_MILLISECONDS = 1e11
const FIRST_TOO_LARGE = 1e14
/** The first instant that can't be written with a year of four digits. */
const YEAR_10000_MS = 253_402_300_800_000

let lastText = ''
let lastTextMs = NaN

/**
 * Milliseconds since 1970 of a login's `timestamp`, or NaN if it is none: a number, a string of digits judged like that
 * number, or `YYYY-MM-DDThh:mm:ss[.f](Z|±hh:mm)` from 1970 on. Fractions are cut to the millisecond.
 */
export function parseTimestampMs(timestamp: number | string): number {
  if (typeof timestamp === 'number') return fromNumber(timestamp)
  // Validation asks first and the transform asks again, for the very same string.
  if (timestamp !== lastText) {
    lastTextMs = fromText(timestamp)
    lastText = timestamp
  }
  return lastTextMs
}

/** The check of the field `timestamp`. */
export function checkTimestamp(timestamp: number | string): string | undefined {
  return Number.isNaN(parseTimestampMs(timestamp)) ? 'not-a-timestamp' : undefined
}

function fromNumber(number: number): number {
  if (!(number >= 0 && number < FIRST_TOO_LARGE)) return NaN
  if (number >= FIRST_MILLISECONDS) return Math.trunc(number)
  return Number.isInteger(number) ? number * 1000 : fromFraction(number)
}

/** By its digits: 1.001 * 1000 is 1000.9999999999999, and cutting that would lose a millisecond. */
function fromFraction(seconds: number): number {
  if (seconds < 0.001) return 0
  const [whole, fraction] = String(seconds).split('.')
  return Number(whole) * 1000 + milliseconds(fraction)
}

function fromText(text: string): number {
  return isDigits(text) ? fromNumber(Number(text)) : fromIso(text)
}

function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x30 || code > 0x39) return false
  }
  return text.length > 0
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** A leap second is refused, as `Date` can't hold it. */
function fromIso(text: string): number {
  const match = iso.exec(text)
  if (match === null) return NaN
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match
  const midnightMs = Date.UTC(Number(year), Number(month) - 1, Number(day))
  if (!isDay(midnightMs, Number(month), Number(day))) return NaN
  const minutes = Number(hour) * 60 + Number(minute) - offsetMinutes(sign, offsetHour, offsetMinute)
  const timestampMs = midnightMs + (minutes * 60 + Number(second)) * 1000 + milliseconds(fraction)
  return timestampMs >= 0 && timestampMs < YEAR_10000_MS ? timestampMs : NaN
}

/** `Date.UTC` makes 2 March of 30 February. */
function isDay(midnightMs: number, month: number, day: number): boolean {
  const date = new Date(midnightMs)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

function offsetMinutes(sign: string | undefined, hour: string, minute: string): number {
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hour) * 60 + Number(minute))
}

/** The first three digits after a point. */
function milliseconds(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
}
