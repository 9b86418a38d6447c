import { acceptedTimestamp } from '../../workers/timestamps.ts'
import { parsePosition, positionText, type RecordPosition, type StoredRecord } from '../kafka/stored-record.ts'
import type { Header } from '../pipeline.ts'
import type { DeadLetter } from './dead-letter.ts'
import {
  ORIGINAL_TIMESTAMP_HEADER,
  REDRIVE_ATTEMPT_HEADER,
  REDRIVE_GROUP_HEADER,
  REDRIVE_ORIGIN_HEADER,
  textHeader
} from './headers.ts'

/** What a group has done to a record before it became this dead letter. */
export interface RedriveHistory {
  /** How often it has been redriven. */
  readonly attempt: number
  /** Where the record stood when it first came in. */
  readonly origin: RecordPosition
}

/** A record to write; where to is not its business. */
export interface OutgoingRecord {
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** What the headers that a redrive leaves on a record say of the last redrive by this group; `source`: where it stands. */
export function historyOf(headers: readonly Header[], source: RecordPosition, group: string): RedriveHistory {
  return readMark(headers, group)?.history ?? { attempt: 0, origin: source }
}

/**
 * The record as it is written back: key, value and timestamp are its own, and so are its headers, without the errors and
 * with a mark that counts. The mark of an earlier redrive by this group is replaced; those of others are the record's own.
 *
 * `original`: the record where it was read, for a dead letter that leaves its value out, and may leave out more.
 */
export function redriven(
  { record, ownHeaders, source, originalTimestampMs }: DeadLetter,
  group: string,
  nowMs: number,
  original?: StoredRecord
): OutgoingRecord {
  const { key, value, timestampMs } = original ?? record
  const headers = original?.headers ?? ownHeaders
  const earlier = readMark(headers, group)
  const { attempt, origin } = historyOf(headers, source, group)
  const time = acceptedTimestamp(earlier?.timestampMs ?? originalTimestampMs ?? timestampMs, nowMs)
  const own = earlier === undefined ? headers : headers.toSpliced(earlier.start, earlier.end - earlier.start)
  const mark = [
    textHeader(REDRIVE_ATTEMPT_HEADER, String(attempt + 1)),
    textHeader(REDRIVE_ORIGIN_HEADER, positionText(origin)),
    textHeader(REDRIVE_GROUP_HEADER, group),
    ...time.headers
  ]
  return { key, value, timestampMs: time.timestampMs, headers: [...own, ...mark] }
}

interface Mark {
  readonly start: number
  readonly end: number
  readonly history: RedriveHistory
  /** Of a record whose own timestamp the brokers would not take. */
  readonly timestampMs: number | undefined
}

/** The last mark of this group: three headers in a row, and a fourth where the timestamp had to be changed. */
function readMark(headers: readonly Header[], group: string): Mark | undefined {
  const text = (index: number, name: string) =>
    headers[index]?.name === name ? Buffer.from(headers[index].value).toString() : undefined
  for (let start = headers.length - 3; start >= 0; start--) {
    const attempt = text(start, REDRIVE_ATTEMPT_HEADER)
    const origin = parsePosition(text(start + 1, REDRIVE_ORIGIN_HEADER) ?? '')
    if (attempt === undefined || origin === undefined || text(start + 2, REDRIVE_GROUP_HEADER) !== group) continue
    if (!/^\d{1,9}$/.test(attempt)) continue
    const timestamp = text(start + 3, ORIGINAL_TIMESTAMP_HEADER)
    const timestampMs = timestamp !== undefined && /^\d{1,16}$/.test(timestamp) ? Number(timestamp) : undefined
    const end = start + (timestampMs === undefined ? 3 : 4)
    return { start, end, history: { attempt: Number(attempt), origin }, timestampMs }
  }
  return undefined
}
