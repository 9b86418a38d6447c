import { Header } from '../slabs/layout.ts'
import { Slab } from '../slabs/slab.ts'

/** A row that is made of no record of its own. */
export interface SummaryRow {
  readonly output: number
  readonly key: string
  readonly value: string
  readonly timestampMs: number
  /** The offset of the last record that it tells of. */
  readonly lastOffset: number
}

/** A slab of its own for one summary, so that it goes the way of every row. */
export function summarySlab({ output, key, value, timestampMs, lastOffset }: SummaryRow): Slab {
  const outputBytes = Buffer.byteLength(key) + Buffer.byteLength(value)
  const slab = Slab.allocate({ records: 1, rows: 1, inputBytes: 0, outputBytes })
  const keyStart = slab.places.output
  const valueStart = keyStart + slab.bytes.utf8Write(key, keyStart)
  const end = valueStart + slab.bytes.utf8Write(value, valueStart)
  slab.setOffset(0, lastOffset)
  slab.rowRecord[0] = 0
  slab.rowOutput[0] = output
  slab.setRowTimestamp(0, timestampMs)
  slab.rowKeyStart[0] = keyStart
  slab.rowKeyLength[0] = valueStart - keyStart
  slab.rowValueStart[0] = valueStart
  slab.rowValueLength[0] = end - valueStart
  slab.rowHeadersStart[0] = end
  slab.rowHeadersLength[0] = 0
  slab.header[Header.ROWS] = 1
  slab.header[Header.OUTPUT_END] = end
  return slab
}
