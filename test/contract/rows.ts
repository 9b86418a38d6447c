import { Header as SlabField, shapeOf } from '../../src/slabs/layout.ts'
import { writeHeader } from '../../src/slabs/headers.ts'
import { Slab } from '../../src/slabs/slab.ts'
import type { NewRecord } from './harness.ts'

export interface Row extends NewRecord {
  readonly output?: number
}

/** A slab with these rows, as a worker would leave it. */
export function slabOf(rows: readonly Row[]): Slab {
  const contentBytes = rows.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
  const shape = shapeOf(Math.max(rows.length, 1), 2_000_000)
  const slab = Slab.allocate({ ...shape, outputBytes: shape.outputBytes + contentBytes })
  let at = slab.places.output
  const put = (bytes: Uint8Array | null | undefined) => {
    slab.bytes.set(bytes ?? [], at)
    at += bytes?.length ?? 0
    return bytes ? bytes.length : -1
  }
  rows.forEach(({ output = 0, timestampMs = Date.now(), key, value, headers = [] }, row) => {
    slab.rowOutput[row] = output
    slab.setRowTimestamp(row, timestampMs)
    slab.rowKeyStart[row] = at
    slab.rowKeyLength[row] = put(key)
    slab.rowValueStart[row] = at
    slab.rowValueLength[row] = put(value)
    slab.rowHeadersStart[row] = at
    for (const header of headers) at = writeHeader(slab.bytes, at, header.name, header.value)
    slab.rowHeadersLength[row] = at - slab.rowHeadersStart[row]
  })
  slab.header[SlabField.ROWS] = rows.length
  return slab
}
