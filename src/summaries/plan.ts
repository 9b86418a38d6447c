import { LATENCY_CLASSES, latencyTextBytes } from './histogram.ts'
import { MAX_VALUES } from './dimensions.ts'

/** The state of a summary stands beside a committed offset, which may have 4,095 bytes of text in all. */
export const MAX_STATE_BYTES = 3500
/** A summary is cut there, whatever its outcomes: counts have 32 bits. */
export const MAX_RECORDS = 2 ** 31

const LARGEST_OFFSET = Number.MAX_SAFE_INTEGER
const LARGEST_COUNT = 2 ** 32 - 1
/** In the counts of a dimension: those of its values, then of all others. */
export const SLOTS = MAX_VALUES + 1
/** Of a value, beside its text: two commas; its count follows from the records. */
const VALUE_OVERHEAD_BYTES = 2

/** What all summaries of a process have in common: what they count, and where they are cut. */
export class SummaryPlan {
  readonly dimensions: readonly string[]
  /** Processed records after which a summary is cut. */
  readonly everyRecords: number
  readonly #fixedBytes: number

  constructor(dimensions: readonly string[], everyRecords: number) {
    this.dimensions = dimensions
    this.everyRecords = everyRecords
    this.#fixedBytes = Buffer.byteLength(JSON.stringify(longestFields(dimensions)))
  }

  /** Places in the array of a summary's counts: first the classes of latency, then each dimension's. */
  get counts(): number {
    return LATENCY_CLASSES + this.dimensions.length * SLOTS
  }

  /** Where the counts of a dimension begin. */
  countsAt(dimension: number): number {
    return LATENCY_CLASSES + dimension * SLOTS
  }

  /**
   * How many processed records a state with so many values, of so many bytes in all, may hold so that its text surely
   * fits. Follows from what is in it alone, never from how long anything took, so a cut is the same when it is worked out
   * again.
   */
  mostProcessed(values: number, valueBytes: number): number {
    const fits = (processed: number) => this.#bytes(processed, values, valueBytes) <= MAX_STATE_BYTES
    if (fits(this.everyRecords)) return this.everyRecords
    let [most, tooMany] = [0, this.everyRecords]
    while (tooMany - most > 1) {
      const middle = Math.floor((most + tooMany) / 2)
      if (fits(middle)) most = middle
      else tooMany = middle
    }
    return most
  }

  #bytes(processed: number, values: number, valueBytes: number): number {
    const valuesBytes = valueBytes + values * (VALUE_OVERHEAD_BYTES + String(processed).length)
    return this.#fixedBytes + valuesBytes + latencyTextBytes(processed)
  }
}

/** As `SummaryState` writes them, without a value and a latency, and everything else as long as it can be. */
function longestFields(dimensions: readonly string[]): object {
  return {
    at: LARGEST_OFFSET,
    first: LARGEST_OFFSET,
    next: LARGEST_OFFSET,
    records: [LARGEST_COUNT, LARGEST_COUNT, LARGEST_COUNT, LARGEST_COUNT],
    times: [LARGEST_OFFSET, LARGEST_OFFSET],
    latency: '',
    dimensions: Object.fromEntries(dimensions.map(name => [name, [[], [], LARGEST_COUNT]]))
  }
}
