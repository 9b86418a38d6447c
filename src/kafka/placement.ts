import type { Slab } from '../slabs/slab.ts'
import { murmur2 } from './murmur2.ts'

/**
 * The partition of its output that a row goes to, the same on every transport: keyed rows where Java clients put them
 * (murmur2; an empty key is a key), rows without a key by the partition that their record came from, so that they keep
 * its order. The client's own partitioner would spread the latter at random.
 */
export function partitionOfRow(slab: Slab, row: number, inputPartition: number, partitions: number): number {
  const keyLength = slab.rowKeyLength[row]
  if (keyLength < 0) return inputPartition % partitions
  const start = slab.rowKeyStart[row]
  return (murmur2(slab.bytes, start, start + keyLength) & 0x7fffffff) % partitions
}
