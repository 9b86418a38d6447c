import { isUtf8 } from 'node:buffer'
import { avsc } from './avsc.ts'

/** The place where the library reads: of its own, and not in its types. */
interface Tap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  isValid(): boolean
}

/** Text that is not UTF-8; decoding it would make two different ids the same. */
export class NotUtf8 extends Error {}

/** A long that no number of JavaScript holds exactly. */
export class LongOutOfRange extends Error {}

interface StrictTypes {
  readonly string: object
  readonly long: object
}

let made: StrictTypes | undefined

/**
 * Strings and longs that refuse what JSON would not have let through either: the library reads any bytes as text, and says
 * of a long that is too large only that something is wrong.
 */
export function strictTypes(): StrictTypes {
  if (made !== undefined) return made
  const { types } = avsc()
  class StrictString extends types.StringType {
    _read(tap: Tap): string {
      return readText(tap)
    }
  }
  class StrictLong extends types.LongType {
    _read(tap: Tap): number {
      const value = tap.readLong()
      if (!Number.isSafeInteger(value)) throw new LongOutOfRange()
      return value
    }
  }
  made = { string: new StrictString(), long: new StrictLong() }
  return made
}

/** Empty where the text ends behind the record: the library looks for that at the end. */
function readText(tap: Tap): string {
  const length = tap.readLong()
  const start = tap.pos
  if (length < 0) throw new RangeError('a length below zero')
  tap.pos += length
  if (!tap.isValid()) return ''
  const text = tap.buf.utf8Slice(start, tap.pos)
  if (text.includes('\ufffd') && !isUtf8(tap.buf.subarray(start, tap.pos))) throw new NotUtf8()
  return text
}
