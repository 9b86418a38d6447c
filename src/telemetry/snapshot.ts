import type { FloodOf } from '../dead-letters/fuse.ts'
import type { RecordConsumer, TopicPartition } from '../kafka/ports.ts'
import type { LifecycleState } from '../lifecycle.ts'
import type { Assignments, LedgerTotals } from '../offsets/assignment.ts'
import type { Counts, Insights } from './insights.ts'
import type { InsightsView } from './insights-log.ts'

/** What stands still, and whether it may. */
export interface Standing {
  /** The flood of dead letters that everything is held for, and how many records wait behind it. */
  readonly held: (FloodOf & { readonly parkedRecords: number }) | undefined
  /** Partitions that somebody has paused. */
  readonly paused: readonly TopicPartition[]
  /** False once a partition with records to read has made no progress for `STALL_TIMEOUT_MS`, until it does. */
  readonly live: boolean
}

/** What the processor has done so far: `consumed` is always the sum of the tally, `abandoned` and `inFlight`. */
export interface Snapshot extends LedgerTotals, Standing {
  readonly state: LifecycleState
  readonly partitions: number
  /** Records in Kafka that have not settled, as far as is known; of the assigned partitions. */
  readonly lag: number
  readonly reasons: Counts
  readonly rules: Counts
  readonly counters: Counts
  /** Rebalances, deaths of workers, failed commits and the like, so far. */
  readonly incidents: Counts
  /** What a Kafka client complained of in the last seconds. */
  readonly trouble: string | undefined
  /** When the first record was taken and the last commit confirmed: milliseconds of the monotonic clock. */
  readonly firstRecordMs: number | undefined
  readonly lastCommitMs: number | undefined
  /** What came in during the last whole stretch of `INSIGHTS_EVERY_MS`. */
  readonly insights: InsightsView | undefined
}

type EndOffsets = Pick<RecordConsumer, 'endOffset'>

export function snapshotOf(
  state: LifecycleState,
  assignments: Assignments,
  insights: Insights,
  consumer: EndOffsets,
  standing: Standing
): Snapshot {
  const { reasons, rules, counters, incidents, firstRecordMs, lastCommitMs } = insights
  return {
    ...assignments.totals(),
    ...standing,
    state,
    partitions: assignments.size,
    lag: lagOf(assignments, consumer),
    reasons,
    rules,
    counters,
    incidents,
    trouble: insights.troubleAt(performance.now()),
    firstRecordMs,
    lastCommitMs,
    insights: insights.told
  }
}

function lagOf(assignments: Assignments, consumer: EndOffsets): number {
  let lag = 0
  for (const assignment of assignments) {
    const end = consumer.endOffset(assignment)
    const { frontier } = assignment.ledger
    if (end >= 0 && frontier !== undefined) lag += Math.max(0, end - frontier)
  }
  return lag
}
