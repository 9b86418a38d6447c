/**
 * The layout of a slab: one block of shared memory that carries records to a worker and what came of them back.
 *
 * ```
 *  0 ┌──────────────────────────────────────────────────────────────────────────────┐
 *    │ header      16 × int32   who works on it and how far (fields: Header)        │
 *    │ counters    16 × int32   the pipeline's own counters, in its declared order  │
 *    ├──────────────────────────────────────────────────────────────────────────────┤
 *    │ batches     columns of int32, one entry a batch: consecutive records of one  │
 *    │             partition under one assignment                                   │
 *    ├──────────────────────────────────────────────────────────────────────────────┤
 *    │ records     columns, one entry a record: offset, timestamp, where key, value │
 *    │             and headers end in the input arena, flags; outcome and detail    │
 *    ├──────────────────────────────────────────────────────────────────────────────┤
 *    │ terms       columns, one entry a record: for each dimension that records are │
 *    │             counted by, its term; and where in the output arena terms lie    │
 *    ├──────────────────────────────────────────────────────────────────────────────┤
 *    │ rows        columns, one entry an output row: its record, output, timestamp, │
 *    │             and where key, value and headers lie, in either arena            │
 *    ├──────────────────────────────────────────────────────────────────────────────┤
 *    │ input arena    topic │ key value headers │ key value headers │ … │ topic │ … │
 *    ├──────────────────────────────────────────────────────────────────────────────┤
 *    │ output arena   whatever a worker wrote: values, changed keys and headers     │
 *    └──────────────────────────────────────────────────────────────────────────────┘
 * ```
 *
 * All numbers are little-endian, as every machine that Node runs on is. 64-bit numbers (offsets, timestamps) stand as
 * two columns of 32 bits, low and high: a BigInt a record would cost more than the rest of the hand-over. Places in an
 * arena are counted from the start of the slab, so that a row may point into either arena.
 *
 * Who writes when: the main thread before the task and after it, the worker during it. Only `CURSOR` and `OWNER` are
 * read while the other side may write; these go through Atomics.
 */

/** Fields of the header, as indexes of 32-bit words. */
export const Header = {
  /**
   * Thread id of the worker that has the task, negative once it has run the last record; 0 while none has. It stays as it
   * is when the worker dies.
   */
  OWNER: 0,
  /** Number of the task, one more each time the slab is handed out. */
  TASK: 1,
  /** The record that the worker began last, plus one; 0 before the first. */
  CURSOR: 2,
  RECORDS: 3,
  BATCHES: 4,
  /** Where the next byte of the input arena goes. */
  INPUT_END: 5,
  ROWS: 6,
  /** Where the next byte of the output arena goes. */
  OUTPUT_END: 7,
  /** The first record that has no outcome, because its rows did not fit; the end of the part where all fitted. */
  STOPPED_AT: 8,
  /** How many terms have a place. */
  TERMS: 9
} as const

export const HEADER_WORDS = 16
export const COUNTER_WORDS = 16

/** Bits of a record's flags. */
export const KEY_IS_NULL = 1
export const VALUE_IS_NULL = 2
/** The record is larger than `MAX_RECORD_BYTES`: its value was left out, `omittedBytes` says how long it was. */
export const VALUE_IS_OMITTED = 4
/**
 * The record is to be a dead letter without being looked at again: it killed its worker, or its output was refused. Set
 * by the main thread before the task; `detail` then holds the index of the reason.
 */
export const HAS_VERDICT = 8
/** The record is not of the task that runs: another one follows in the same slab, once more is known. Main thread only. */
export const NOT_NOW = 16

/** How many of each a slab holds. */
export interface SlabShape {
  readonly records: number
  readonly rows: number
  readonly inputBytes: number
  readonly outputBytes: number
  /** By so many dimensions processed records are counted; undefined where nothing is counted, not even latencies. */
  readonly dimensions?: number
}

export const BATCH_COLUMNS = 5
export const RECORD_WORD_COLUMNS = 9
export const RECORD_BYTE_COLUMNS = 4
export const ROW_WORD_COLUMNS = 9

const aligned = (bytes: number): number => (bytes + 7) & ~7

/** Where each part begins, in bytes from the start of the slab. */
export interface SlabPlaces {
  readonly batches: number
  readonly recordWords: number
  readonly recordBytes: number
  readonly dimensionTerms: number
  readonly termPlaces: number
  readonly rowWords: number
  readonly rowBytes: number
  readonly input: number
  readonly output: number
  readonly end: number
}

export function placesOf(shape: SlabShape): SlabPlaces {
  const batches = (HEADER_WORDS + COUNTER_WORDS) * 4
  // A batch has at least one record, so there are never more batches than records.
  const recordWords = batches + aligned(BATCH_COLUMNS * shape.records * 4)
  const recordBytes = recordWords + aligned(RECORD_WORD_COLUMNS * shape.records * 4)
  const dimensionTerms = recordBytes + aligned(RECORD_BYTE_COLUMNS * shape.records)
  // A record brings at most one new term a dimension, so there are never more terms than these.
  const termsBytes = aligned((shape.dimensions ?? 0) * shape.records * 4)
  const termPlaces = dimensionTerms + termsBytes
  const rowWords = termPlaces + termsBytes
  const rowBytes = rowWords + aligned(ROW_WORD_COLUMNS * shape.rows * 4)
  const input = rowBytes + aligned(shape.rows)
  const output = input + aligned(shape.inputBytes)
  return {
    batches,
    recordWords,
    recordBytes,
    dimensionTerms,
    termPlaces,
    rowWords,
    rowBytes,
    input,
    output,
    end: output + aligned(shape.outputBytes)
  }
}

/** Splits the bytes of a slab between its columns and its two arenas; output gets the larger share, as it grows. */
export function shapeOf(records: number, sizeBytes: number, dimensions?: number): SlabShape {
  const rows = records * 2
  const counting = dimensions === undefined ? {} : { dimensions }
  const columns = placesOf({ records, rows, inputBytes: 0, outputBytes: 0, ...counting }).end
  const arenas = sizeBytes - columns
  if (arenas < records * 16) throw new RangeError(`a slab of ${sizeBytes} bytes is too small for ${records} records`)
  const inputBytes = Math.floor((arenas * 0.4) / 8) * 8
  return { records, rows, inputBytes, outputBytes: Math.floor((arenas - inputBytes) / 8) * 8, ...counting }
}
