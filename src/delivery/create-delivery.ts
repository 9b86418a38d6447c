import type { CoreSettings } from '../config/options.ts'
import type { Transport } from '../kafka/ports.ts'
import { CommitPolicy } from '../offsets/commit-policy.ts'
import { Commit } from '../stages/commit.ts'
import type { GroupOffsets } from '../stages/group-offsets.ts'
import { Rewind, type RewindOptions } from '../stages/rewind.ts'
import { atLeastOnce } from './at-least-once.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'
import { exactlyOnce } from './exactly-once.ts'

export interface CreateDeliveryOptions extends Omit<DeliveryOptions, 'commit' | 'rewind'>, RewindOptions {
  readonly settings: CoreSettings
  readonly transport: Transport
  readonly offsets: GroupOffsets
  /** A flood is held: nothing is to be committed. */
  suspended(): boolean
}

/** The one that `DELIVERY` asks for: the transport has transactions if it is exactly-once. */
export function createDelivery(options: CreateDeliveryOptions): Delivery {
  const { settings, transport, offsets, assignments, events, suspended } = options
  const { transactions } = transport
  const policy = new CommitPolicy(settings.commitIntervalMs, performance.now())
  const commit = new Commit({ consumer: offsets, assignments, policy, events, suspended })
  const common = { ...options, commit, rewind: new Rewind(options) }
  if (transactions === undefined) return atLeastOnce(common)
  const { transactionMs, maxInFlightRecords } = settings
  return exactlyOnce({ ...common, transactionMs, maxInFlightRecords, transactions: offsets.within(transactions) })
}
