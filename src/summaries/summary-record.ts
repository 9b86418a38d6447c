import { MAX_VALUES } from './dimensions.ts'
import { latencyBuckets, percentileMs } from './histogram.ts'
import type { SummaryState } from './summary-state.ts'

/** Whose summary it is. */
export interface SummarySource {
  readonly pipeline: string
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** Why it ends where it does: so many processed records, no room for more values, or its time was over. */
export type SummaryCut = 'records' | 'size' | 'time'

/** The key of a summary's record, parsed. */
export interface SummaryKey extends SummarySource {
  readonly first: number
}

/** The value of a summary's record, parsed; docs/summaries.md says what is what. */
export interface SummaryValue {
  readonly next: number
  readonly cut: SummaryCut
  readonly records: {
    readonly processed: number
    readonly filtered: number
    readonly expired: number
    readonly deadLetters: number
  }
  /** Kafka's timestamps of the records; left out where none has one. */
  readonly timestamps?: { readonly fromMs: number; readonly toMs: number }
  readonly dimensions: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>>; readonly other: number }>
  >
  /** Left out where no record tells when it happened. */
  readonly latencyMs?: {
    readonly p50: number
    readonly p90: number
    readonly p99: number
    readonly buckets: readonly (readonly [startMs: number, records: number])[]
  }
}

export function summaryKeyText({ pipeline, group, topic, partition }: SummarySource, state: SummaryState): string {
  return JSON.stringify({ pipeline, group, topic, partition, first: state.first } satisfies SummaryKey)
}

export function summaryValueText(state: SummaryState, cut: SummaryCut): string {
  const { next, processed, filtered, expired, deadLetters, fromMs, toMs, counts, plan } = state
  const latencyMs = percentileMs(counts, 50) !== undefined && {
    p50: percentileMs(counts, 50) as number,
    p90: percentileMs(counts, 90) as number,
    p99: percentileMs(counts, 99) as number,
    buckets: latencyBuckets(counts)
  }
  return JSON.stringify({
    next,
    cut,
    records: { processed, filtered, expired, deadLetters },
    ...(fromMs >= 0 && { timestamps: { fromMs, toMs } }),
    dimensions: Object.fromEntries(plan.dimensions.map((name, at) => [name, dimensionOf(state, at)])),
    ...(latencyMs && { latencyMs })
  } satisfies SummaryValue)
}

function dimensionOf({ values, counts, plan }: SummaryState, dimension: number) {
  const at = plan.countsAt(dimension)
  return {
    values: Object.fromEntries(values[dimension].map((text, slot) => [text, counts[at + slot]])),
    other: counts[at + MAX_VALUES]
  }
}
