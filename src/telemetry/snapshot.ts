import type { RecordConsumer } from '../kafka/ports.ts'
import type { LifecycleState } from '../lifecycle.ts'
import type { Assignments, LedgerTotals } from '../offsets/assignment.ts'
import type { Counts, Insights } from './insights.ts'

/** What the processor has done so far: `consumed` is always the sum of the tally, `abandoned` and `inFlight`. */
export interface Snapshot extends LedgerTotals {
  readonly state: LifecycleState
  readonly partitions: number
  /** Records in Kafka that have not settled, as far as is known; of the assigned partitions. */
  readonly lag: number
  readonly reasons: Counts
  readonly rules: Counts
  readonly counters: Counts
  /** What a Kafka client complained of in the last seconds. */
  readonly trouble: string | undefined
  /** When the first record was taken and the last commit confirmed: milliseconds of the monotonic clock. */
  readonly firstRecordMs: number | undefined
  readonly lastCommitMs: number | undefined
}

type EndOffsets = Pick<RecordConsumer, 'endOffset'>

export function snapshotOf(
  state: LifecycleState,
  assignments: Assignments,
  insights: Insights,
  consumer: EndOffsets
): Snapshot {
  const { reasons, rules, counters, firstRecordMs, lastCommitMs } = insights
  return {
    ...assignments.totals(),
    state,
    partitions: assignments.size,
    lag: lagOf(assignments, consumer),
    reasons,
    rules,
    counters,
    trouble: insights.troubleAt(performance.now()),
    firstRecordMs,
    lastCommitMs
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
