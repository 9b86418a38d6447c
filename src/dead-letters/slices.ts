import type { OffsetRange, RangeReader, RangeRecord } from '../kafka/range-reader.ts'
import type { StoredRecord } from '../kafka/stored-record.ts'

const SLICE_RECORDS = 5000
const SLICE_BYTES = 16_777_216

/**
 * Ranges of partitions, a slice of records at a time: what is done with each takes longer than reading it, and a topic of
 * large records would not fit the memory.
 */
export class Slices {
  readonly #reader: RangeReader
  #ranges: readonly OffsetRange[]

  constructor(reader: RangeReader, ranges: readonly OffsetRange[]) {
    this.#reader = reader
    this.#ranges = ranges
  }

  /** Those of one partition are in the order of their offsets. None: everything has been read, or it was aborted. */
  async next(signal?: AbortSignal): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = []
    const positions = this.#ranges.map(({ from }) => from)
    const full = new Error('the slice is full')
    let sizeBytes = 0
    const visitor = {
      record: (record: RangeRecord, range: number) => {
        // Thrown at the record after the last one that fits, so that a range that ends with the slice is told to end.
        if (records.length === SLICE_RECORDS || sizeBytes > SLICE_BYTES) throw full
        records.push(copyOf(record))
        positions[range] = record.offset + 1
        sizeBytes += (record.key?.length ?? 0) + (record.value?.length ?? 0)
      },
      ended: (range: number, to: number) => (positions[range] = to)
    }
    try {
      await this.#reader.read(this.#ranges, visitor, signal)
    } catch (error) {
      if (error !== full && !signal?.aborted) throw error
    }
    this.#ranges = this.#ranges.map((range, index) => ({ ...range, from: positions[index] }))
    return records
  }
}

/** The record at a position; undefined if there is none (any more). */
export async function readAt(
  reader: RangeReader,
  { topic, partition, offset }: Pick<OffsetRange, 'topic' | 'partition'> & { readonly offset: number }
): Promise<StoredRecord | undefined> {
  let found: StoredRecord | undefined
  await reader.read([{ topic, partition, from: offset, to: offset + 1 }], {
    record: record => (found = copyOf(record))
  })
  return found
}

/** The reader uses its own again for the next one. */
function copyOf({ topic, partition, offset, timestampMs, key, value, headers }: RangeRecord): StoredRecord {
  const owned = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes)
  return { topic, partition, offset, timestampMs, key: owned(key), value: owned(value), headers }
}
