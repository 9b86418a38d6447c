import type { Slab } from '../../slabs/slab.ts'

/** How far rows were taken. */
export interface Sunk {
  /** The first one that was not. */
  readonly row: number
  /** Why it was not: the client's error code, `NONE` if all were taken. */
  readonly code: number
  /** Where it was to go. */
  readonly topic: string
}

/** Takes rows `firstRow` to `endRow` of a slab, in order, copying them. */
export interface RowSink {
  hand(slab: Slab, firstRow: number, endRow: number, batch: number, inputPartition: number): Sunk
}
