import type { Slab } from '../../slabs/slab.ts'

const known = new WeakMap<Slab, Int32Array>()

/** What the addon needs to know of a slab's layout: how many records and rows there may be, and where their columns begin. */
export function placesFor(slab: Slab): Int32Array {
  const before = known.get(slab)
  if (before !== undefined) return before
  const { records, rows, inputBytes } = slab.shape
  const { batches, recordWords, recordBytes, rowWords, rowBytes, input, end } = slab.places
  const columns = [batches, recordWords, recordBytes, rowWords, rowBytes]
  const places = Int32Array.from([records, rows, ...columns, input, input + inputBytes, end])
  known.set(slab, places)
  return places
}
