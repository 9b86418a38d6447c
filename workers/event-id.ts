import { REDRIVE_GROUP_HEADER, REDRIVE_ORIGIN_HEADER, textHeader } from '../src/dead-letters/headers.ts'
import type { Header } from '../src/pipeline.ts'
import type { CurrentRecord } from './current-record.ts'

/**
 * The header of `EVENT_ID_HEADERS=on`, by which readers can drop repetitions: `topic/partition/offset/row`, the place
 * where the record first came in, and which of its output records this is, from 1 on. So it is the same however often
 * the record is read again, and after a redrive too.
 *
 * The place itself and not a hash of it: that would be no more unique, could not be looked up, and would cost as much as
 * the hash of a device id. Of several headers with this name the last one is this pipeline's.
 */
export const EVENT_ID_HEADER = 'millrace.event.id'

const PLACE = /^[\w.-]{1,249}\/\d{1,10}\/\d{1,16}$/

export function eventIdHeader(record: CurrentRecord, group: string, row: number): Header {
  const origin = record.hasHeader(REDRIVE_ORIGIN_HEADER) ? redrivenFrom(record.headers, group) : undefined
  return textHeader(EVENT_ID_HEADER, `${origin ?? record.source}/${row}`)
}

/**
 * Where a record stood that this group has redriven. The mark of another group says nothing about this pipeline: it
 * comes along on all the output records that another one has made of a redriven record.
 */
function redrivenFrom(headers: readonly Header[], group: string): string | undefined {
  for (let at = headers.length - 2; at >= 0; at--) {
    const [origin, redriver] = [headers[at], headers[at + 1]]
    if (origin.name !== REDRIVE_ORIGIN_HEADER || redriver.name !== REDRIVE_GROUP_HEADER) continue
    const place = textOf(origin)
    if (textOf(redriver) === group && PLACE.test(place)) return place
  }
  return undefined
}

function textOf({ value }: Header): string {
  return Buffer.from(value).toString()
}
