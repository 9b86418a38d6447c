import { readHeaders } from './headers.ts'
import { KEY_IS_NULL, VALUE_IS_NULL } from './layout.ts'
import type { Slab } from './slab.ts'
import type { IncomingRecord } from './writer.ts'

/** A record of a slab as an object. Its bytes are views of the slab, valid as long as the slab is not cleared. */
export function readRecord(slab: Slab, batch: number, record: number): IncomingRecord {
  const { bytes, keyStart, keyEnd, valueEnd, headersEnd, flags } = slab
  return {
    topic: slab.topicOf(batch),
    partition: slab.batchPartition[batch],
    offset: slab.offsetOf(record),
    timestampMs: slab.timestampOf(record),
    key: flags[record] & KEY_IS_NULL ? null : bytes.subarray(keyStart[record], keyEnd[record]),
    value: flags[record] & VALUE_IS_NULL ? null : bytes.subarray(keyEnd[record], valueEnd[record]),
    headers: readHeaders(bytes, valueEnd[record], headersEnd[record])
  }
}

/** An output row as an object, views of the slab likewise. For tests and for transports that need objects. */
export function readRow(slab: Slab, row: number) {
  const view = (start: number, length: number) => (length < 0 ? null : slab.bytes.subarray(start, start + length))
  const headersStart = slab.rowHeadersStart[row]
  return {
    output: slab.rowOutput[row],
    record: slab.rowRecord[row],
    timestampMs: slab.rowTimestampOf(row),
    key: view(slab.rowKeyStart[row], slab.rowKeyLength[row]),
    value: view(slab.rowValueStart[row], slab.rowValueLength[row]),
    headers: readHeaders(slab.bytes, headersStart, headersStart + slab.rowHeadersLength[row])
  }
}
