import type { CoreSettings } from './config/options.ts'
import { createDelivery } from './delivery/create-delivery.ts'
import { insisting, KNOWN_WITHIN_MS } from './delivery/exactly-once.ts'
import type { Transport } from './kafka/ports.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Assignment, Assignments } from './offsets/assignment.ts'
import { Oversight } from './oversight.ts'
import type { AnyPipeline } from './pipeline.ts'
import type { WorkerPool } from './pool/worker-pool.ts'
import type { Schemas } from './schema-registry/schemas.ts'
import { Filling } from './slabs/filling.ts'
import type { SlabPool } from './slabs/pool.ts'
import { Consume } from './stages/consume.ts'
import { Dispatch } from './stages/dispatch.ts'
import { GroupOffsets } from './stages/group-offsets.ts'
import { Naming } from './stages/naming.ts'
import { Overflow } from './stages/overflow.ts'
import { Rebalance } from './stages/rebalance.ts'
import { Resequence } from './stages/resequence.ts'
import { Resolve } from './stages/resolve.ts'
import { Settle } from './stages/settle.ts'
import { Withhold } from './stages/withhold.ts'
import { summaryPlanOf } from './summaries/counted.ts'
import type { Events } from './telemetry/events.ts'
import type { Insights } from './telemetry/insights.ts'

/** What the stages stand on. */
export interface Ground {
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  readonly transport: Transport
  readonly pool: WorkerPool
  readonly slabs: SlabPool
  readonly assignments: Assignments
  readonly schemas: Schemas | undefined
  readonly events: Events
  readonly insights: Insights
  readonly lifecycle: Lifecycle
  subscribe(): void
  failed(error: Error): void
  hasFailed(): boolean
}

/** What the processor does with them. */
export type Stages = ReturnType<typeof joinStages>

/**
 * Joins the stages. They stand here in the order in which records pass through them, and each hands what it has finished
 * to the next by a callback. One loop, in `Consume`, drives all that concerns assignments.
 */
export function joinStages(ground: Ground) {
  const { pipeline, settings, transport, pool, slabs, assignments, schemas, events, insights, lifecycle } = ground
  const { consumer, transactions } = transport
  const failed = (error: Error) => ground.failed(error)
  const fenced = (assignment: Assignment) => {
    resequence.close(assignment)
    oversight.close(assignment)
    delivery.close(assignment)
    resolve.retry()
    overflow.retry()
  }
  const shared = { consumer, assignments, events, fenced, failed }
  // Everything that commits goes through here, and what is told to the next process beside the offsets.
  const summaries = summaryPlanOf(pipeline, settings)
  // Whoever begins without an answer repeats what was in a transaction, and miscounts what a summary had counted.
  const insists = transactions !== undefined || summaries !== undefined
  const asked = insists ? insisting(consumer, partition => offsets.confirmed(partition)) : consumer
  const offsets = new GroupOffsets({ ...settings, consumer: asked, events, summaries, failed })
  const naming = new Naming({ offsets, consumer })
  const filling = new Filling(settings.slabRecords)

  // 1. Kafka -> slabs. Assignments change and commits begin in the same loop, between two polls.
  const consume = new Consume({
    ...shared,
    slabs,
    filling,
    maxRecordBytes: settings.maxRecordBytes,
    maxOutputBytes: settings.maxOutputBytes,
    leaving: () => rebalance.stopping,
    held: () => oversight.held,
    left: () => rebalance.finished || ground.hasFailed(),
    handle: event => rebalance.handle(event),
    betweenPolls: () => {
      oversight.step()
      withhold.step()
      rebalance.step()
      delivery.step()
    },
    next: task => {
      for (const batch of task.batches) resequence.expect(batch)
      resolve.submit(task)
    }
  })
  // What records were written with, where that is not known yet.
  const resolve = new Resolve({
    schemas,
    split: (batch, rest) => resequence.split(batch, rest),
    next: task => dispatch.submit(task),
    drop: batch => settle.drop(batch),
    release: task => slabs.release(task.slab)
  })
  if (schemas !== undefined) schemas.found = () => resolve.retry()
  const withhold = new Withhold({
    consumer,
    waiting: () => resolve.assignments,
    isPaused: partition => oversight.isPaused(partition)
  })

  // 2. Slabs -> workers -> slabs with outcomes and rows, in any order.
  const dispatch = new Dispatch({
    pool,
    naming,
    filling,
    events,
    split: (batch, rest) => resequence.split(batch, rest),
    next: batch => resequence.worked(batch),
    overflowed: (task, stuck) => overflow.add(task, stuck),
    failed
  })
  const overflow = new Overflow({
    slabs,
    outputBytes: settings.maxOutputBytes,
    split: (batch, rest) => resequence.split(batch, rest),
    isFirst: batch => resequence.isFirst(batch),
    submit: task => dispatch.submit(task),
    drop: batch => settle.drop(batch),
    emptied: task => resolve.ended(task)
  })

  // 3. Input order again, partition by partition.
  const resequence = new Resequence({
    next: batch => oversight.release(batch),
    drop: batch => settle.drop(batch)
  })
  // A flood of dead letters stops here, before it is produced.
  const oversight = new Oversight({
    ...shared,
    settings,
    insights,
    lifecycle,
    subscribe: () => ground.subscribe(),
    next: batch => delivery.release(batch),
    drop: batch => settle.drop(batch),
    abandoned: () => (rebalance.overran = true),
    firstOf: assignment => resequence.firstOf(assignment),
    awaitsSchemas: () => resolve.waiting > 0
  })

  // 4. Rows -> Kafka, and 5. the frontier -> Kafka: one after the other, or both in transactions.
  const delivery = createDelivery({
    ...shared,
    pipeline,
    settings,
    summaries,
    transport,
    offsets,
    slabs: slabs.count,
    suspended: () => oversight.held,
    leaving: () => rebalance.stopping,
    abandoned: () => (rebalance.overran = true),
    next: batch => settle.acknowledged(batch),
    drop: batch => settle.drop(batch)
  })

  // 6. Outcomes count, the partition's frontier moves, the slab is free.
  const settle = new Settle({
    assignments,
    events,
    next: task => resolve.ended(task),
    ended: () => overflow.retry()
  })

  // Partitions come and go: drained, committed, given back.
  const rebalance = new Rebalance({
    ...shared,
    commit: delivery,
    care: offsets,
    drainTimeoutMs: settings.drainTimeoutMs,
    ...(insists && { prepareTimeoutMs: KNOWN_WITHIN_MS })
  })
  return { consume, dispatch, naming, delivery, rebalance, oversight }
}
