import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordConsumer, RecordTransactions, TopicPartition } from '../kafka/ports.ts'
import { Abort } from '../stages/abort.ts'
import { CulpritSearch } from '../stages/culprit-search.ts'
import type { GroupOffsets } from '../stages/group-offsets.ts'
import { Transact } from '../stages/transact.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'

export interface ExactlyOnceOptions extends DeliveryOptions {
  readonly offsets: Pick<GroupOffsets, 'summaryAt' | 'committed'>
  readonly transactions: RecordTransactions
  readonly transactionMs: number
  /** Records in flight at most, and slabs: one half is in the open transaction, the other is worked on while it commits. */
  readonly maxInFlightRecords: number
  readonly slabs: number
}

/**
 * Rows and offsets go into transactions, each of which is open for about half a second; what read_committed readers see
 * and what the group has committed never differ. A transaction that fails leaves nothing, and what it held is read again.
 */
export function exactlyOnce(options: ExactlyOnceOptions): Delivery {
  const { transport, transactions, assignments, metrics, rewind, events, next, drop, failed } = options
  const { transactionMs, maxInFlightRecords, slabs } = options

  const transact = new Transact({
    producer: transport.producer,
    transactions,
    assignments,
    search: new CulpritSearch(assignments),
    events,
    transactionMs,
    maxRecords: Math.max(1, Math.floor(maxInFlightRecords / 2)),
    maxSlabs: Math.max(1, Math.floor(slabs / 2)),
    next,
    drop,
    abort: failure => abort.run(failure),
    failed
  })
  const abort = new Abort({
    transactions,
    consumer: options.offsets,
    summaryAt: position => options.offsets.summaryAt(position),
    assignments,
    events,
    metrics,
    rewind: (live, startOf) => rewind.now(live, startOf)
  })
  return {
    release: batch => transact.release(batch),
    step: () => {
      abort.step()
      transact.step()
    },
    now: assigned => transact.now(assigned),
    close: () => undefined,
    // The commit of its transaction acknowledges a row.
    delivered: () => undefined,
    transactionFailed: failure => transact.transactionFailed(failure)
  }
}

/**
 * How long a partition may wait until it is known where it begins. Another member's open transaction hides the offsets
 * for as long as the brokers take to abort it: `TRANSACTION_TIMEOUT_MS` and ten seconds more.
 */
export const KNOWN_WITHIN_MS = 60_000
const ASK_AGAIN_MS = 500

/**
 * The consumer, asking for what is committed again and again: whoever begins somewhere else repeats records.
 *
 * Also where the answer lies before what Kafka has confirmed to this very process (`confirmed`). Twice in some thirty runs
 * in which the only broker was killed and came back, one batch was processed again although its transaction had been
 * confirmed. Whoever believes such an answer and commits there makes it true: of two commits Kafka keeps the later one, and
 * not that of a transaction which it is still completing. An answer that stays is believed in the end: somebody has moved
 * the group.
 */
export function insisting(
  consumer: Pick<RecordConsumer, 'committed' | 'commit'>,
  confirmed: (partition: TopicPartition) => number | undefined,
  { knownWithinMs = KNOWN_WITHIN_MS, askAgainMs = ASK_AGAIN_MS } = {}
): Pick<RecordConsumer, 'committed' | 'commit'> {
  return {
    commit: offsets => consumer.commit(offsets),
    committed: async partitions => {
      const deadlineMs = performance.now() + knownWithinMs
      for (;;) {
        const isOver = () => performance.now() >= deadlineMs
        try {
          const positions = await consumer.committed(partitions)
          if (isOver() || positions.every(position => position.offset >= (confirmed(position) ?? -1))) return positions
        } catch (error) {
          if (isOver()) throw error
        }
        await sleep(askAgainMs)
      }
    }
  }
}
