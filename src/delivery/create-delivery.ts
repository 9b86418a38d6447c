import type { CoreSettings } from '../config/options.ts'
import { outputsOf } from '../config/outputs.ts'
import type { Transport } from '../kafka/ports.ts'
import { CommitPolicy } from '../offsets/commit-policy.ts'
import { Commit } from '../stages/commit.ts'
import type { AnyPipeline } from '../pipeline.ts'
import type { GroupOffsets } from '../stages/group-offsets.ts'
import { Linger } from '../stages/linger.ts'
import { Rewind, type RewindOptions } from '../stages/rewind.ts'
import { atLeastOnce } from './at-least-once.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'
import { exactlyOnce } from './exactly-once.ts'
import { summarizing } from './summarizing.ts'
import type { SummaryPlan } from '../summaries/plan.ts'

export interface CreateDeliveryOptions extends Omit<DeliveryOptions, 'commit' | 'rewind' | 'metrics'>, RewindOptions {
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  /** Undefined where no summaries are made. */
  readonly summaries: SummaryPlan | undefined
  readonly transport: Transport
  readonly offsets: GroupOffsets
  /** How many there are. */
  readonly slabs: number
  /** A flood is held: nothing is to be committed. */
  suspended(): boolean
}

/** The one that `DELIVERY` asks for, with summaries if they are on. */
export function createDelivery(options: CreateDeliveryOptions): Delivery {
  const { summaries, pipeline } = options
  const delivery = deliveryOf(options)
  return summaries === undefined ? delivery : summarizing(delivery, summaries, pipeline, options)
}

/** The transport has transactions if it is exactly-once. */
function deliveryOf(options: CreateDeliveryOptions): Delivery {
  const { pipeline, settings, transport, offsets, assignments, events, suspended } = options
  const { transactions } = transport
  const policy = new CommitPolicy(settings.commitIntervalMs, performance.now())
  const commit = new Commit({ consumer: offsets, assignments, policy, events, suspended })
  const { metrics } = outputsOf(pipeline, settings)
  const common = { ...options, metrics, commit, rewind: new Rewind(options) }
  const { transactionMs, maxInFlightRecords, lingerMs } = settings
  if (transactions === undefined) return atLeastOnce({ ...common, linger: new Linger(lingerMs, options.slabs) })
  return exactlyOnce({ ...common, transactionMs, maxInFlightRecords, transactions: offsets.within(transactions) })
}
