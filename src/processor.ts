import { availableParallelism } from 'node:os'
import { closed, ended } from './closing.ts'
import { topicsRead } from './config/inputs.ts'
import { outputsOf } from './config/outputs.ts'
import { createDelivery } from './delivery/create-delivery.ts'
import type { Delivery } from './delivery/delivery.ts'
import { insisting, KNOWN_WITHIN_MS } from './delivery/exactly-once.ts'
import type { TopicPartition, Transport, TransportEvents } from './kafka/ports.ts'
import { Lifecycle, type LifecycleState } from './lifecycle.ts'
import { type Assignment, Assignments } from './offsets/assignment.ts'
import { Oversight, type Resumed } from './oversight.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import type { Ending, ProcessorOptions } from './processor-options.ts'
import { shapeOf } from './slabs/layout.ts'
import { SlabPool } from './slabs/pool.ts'
import { Consume } from './stages/consume.ts'
import { Dispatch } from './stages/dispatch.ts'
import { GroupOffsets } from './stages/group-offsets.ts'
import { Naming } from './stages/naming.ts'
import { Overflow } from './stages/overflow.ts'
import { Rebalance } from './stages/rebalance.ts'
import { Resequence } from './stages/resequence.ts'
import { Settle } from './stages/settle.ts'
import { Events } from './telemetry/events.ts'
import { Insights } from './telemetry/insights.ts'
import type { PartitionStatus } from './telemetry/partitions.ts'
import { snapshotOf, type Snapshot } from './telemetry/snapshot.ts'

/**
 * Takes records from Kafka, runs the pipeline over them in worker threads and writes what comes of them back to Kafka.
 *
 * Read `#build` to know the system: the stages stand there in the order in which the records pass through them, and each
 * hands what it has finished to the next by a callback. One loop, in `Consume`, drives all that concerns assignments.
 */
export class Processor {
  readonly #options: ProcessorOptions
  readonly #insights: Insights
  readonly #events: Events
  readonly #lifecycle: Lifecycle
  readonly #assignments = new Assignments()
  readonly #slabs: SlabPool
  readonly #pool: WorkerPool
  readonly #transport: Transport
  readonly #rebalance: Rebalance
  readonly #consume: Consume
  readonly #dispatch: Dispatch
  readonly #naming: Naming
  readonly #delivery: Delivery
  readonly #oversight: Oversight
  #unclosed = false
  #failure: Error | undefined
  #failed!: (error: Error) => void
  readonly #failing = new Promise<never>((_, reject) => (this.#failed = reject))
  #stop!: () => void
  /** Stopped before it had started. */
  readonly #stopped = new Promise<void>(resolve => (this.#stop = resolve))

  constructor(options: ProcessorOptions) {
    const { pipeline, settings, raw, log } = options
    this.#options = options
    this.#insights = new Insights(pipeline)
    this.#events = new Events(log, this.#insights)
    this.#lifecycle = new Lifecycle(state => this.#events.moved(state))
    this.#failing.catch(() => undefined)
    const shape = shapeOf(settings.slabRecords, settings.slabBytes)
    this.#slabs = new SlabPool(Math.floor(settings.maxInFlightRecords / settings.slabRecords), shape)
    this.#pool = new WorkerPool({
      // One core is left to this thread, which talks to Kafka.
      threads: settings.workers || Math.max(1, availableParallelism() - 1),
      slabs: this.#slabs.slabs,
      setup: { pipeline: settings.pipeline, settings: raw },
      recordDeadlineMs: settings.recordDeadlineMs,
      failed: error => this.#fail(error)
    })
    this.#transport = options.createTransport(outputsOf(pipeline, settings).topics, {
      delivered: report => this.#delivery.delivered(report),
      transactionFailed: failure => this.#delivery.transactionFailed(failure),
      producerError: error => this.#producerError(error)
    })
    const stages = this.#build()
    this.#rebalance = stages.rebalance
    this.#consume = stages.consume
    this.#dispatch = stages.dispatch
    this.#naming = stages.naming
    this.#delivery = stages.delivery
    this.#oversight = stages.oversight
  }

  #build() {
    const { settings } = this.#options
    const { consumer, transactions } = this.#transport
    const assignments = this.#assignments
    const slabs = this.#slabs
    const events = this.#events
    const failed = (error: Error) => this.#fail(error)
    const fenced = (assignment: Assignment) => {
      resequence.close(assignment)
      oversight.close(assignment)
      overflow.retry()
    }
    const shared = { consumer, assignments, events, fenced, failed }
    // Everything that commits goes through here, and what is told to the next process beside the offsets.
    const asked = transactions === undefined ? consumer : insisting(consumer)
    const offsets = new GroupOffsets({ ...settings, consumer: asked, events })
    const naming = new Naming({ offsets, consumer })

    // 1. Kafka -> slabs. Assignments change and commits begin in the same loop, between two polls.
    const consume = new Consume({
      ...shared,
      slabs,
      maxRecordBytes: settings.maxRecordBytes,
      maxOutputBytes: settings.maxOutputBytes,
      leaving: () => rebalance.stopping,
      held: () => oversight.held,
      left: () => rebalance.finished || this.#failure !== undefined,
      handle: event => rebalance.handle(event),
      betweenPolls: () => {
        oversight.step()
        rebalance.step()
        delivery.step()
      },
      next: task => {
        for (const batch of task.batches) resequence.expect(batch)
        dispatch.submit(task)
      }
    })

    // 2. Slabs -> workers -> slabs with outcomes and rows, in any order.
    const dispatch = new Dispatch({
      pool: this.#pool,
      naming,
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
      emptied: task => slabs.release(task.slab)
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
      insights: this.#insights,
      lifecycle: this.#lifecycle,
      subscribe: () => this.#subscribe(),
      next: batch => delivery.release(batch),
      drop: batch => settle.drop(batch),
      abandoned: () => (rebalance.overran = true),
      firstOf: assignment => resequence.firstOf(assignment)
    })

    // 4. Rows -> Kafka, and 5. the frontier -> Kafka: one after the other, or both in transactions.
    const delivery = createDelivery({
      ...shared,
      settings,
      transport: this.#transport,
      offsets,
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
      next: task => slabs.release(task.slab),
      ended: () => overflow.retry()
    })

    // Partitions come and go: drained, committed, given back.
    const rebalance = new Rebalance({
      ...shared,
      commit: delivery,
      care: offsets,
      drainTimeoutMs: settings.drainTimeoutMs,
      prepareTimeoutMs: transactions && KNOWN_WITHIN_MS
    })
    return { consume, dispatch, naming, delivery, rebalance, oversight }
  }

  /**
   * Runs until `stop` is called and everything has been given back. Rejects if it can't start or can't go on; then
   * what had not been committed is read again by whoever comes next.
   */
  async run(): Promise<Ending> {
    try {
      await Promise.race([this.#start(), this.#failing, this.#stopped])
      if (this.#lifecycle.state === 'starting') {
        this.#lifecycle.move('running')
        this.#oversight.watch()
        this.#unclosed = !(await ended(this.#consume.run(), this.#failing))
      } else {
        // A client may still be trying to connect, which nothing can cut short.
        this.#unclosed = true
      }
      if (this.#failure !== undefined) throw this.#failure
      this.#lifecycle.move('stopped')
      return { drained: !this.#rebalance.overran }
    } catch (error) {
      this.#fail(error as Error)
      this.#events.failed(error as Error)
      this.#lifecycle.move('failed')
      throw error
    } finally {
      await this.#close()
    }
  }

  /** Drains: nothing new is read, what is in flight settles and is committed, the group is left. `run` then ends. */
  stop(): void {
    const { state } = this.#lifecycle
    if (state !== 'starting' && state !== 'running' && state !== 'held') return
    this.#lifecycle.move('draining')
    if (state === 'starting') this.#stop()
    else this.#rebalance.stop()
  }

  /**
   * Nothing more is read of these partitions; what is in flight settles. Ends with `resume`, or when a partition leaves
   * this process. Throws if one of them is not assigned to it, or if it is not running.
   */
  pause(partitions: readonly TopicPartition[]): void {
    this.#oversight.pause(partitions)
  }

  /**
   * Ends the pause of these partitions. Without an argument everything goes on: paused partitions, and what is held for a
   * flood of dead letters. Throws as `pause` does.
   */
  resume(partitions?: readonly TopicPartition[]): Resumed {
    return this.#oversight.resume(partitions)
  }

  get state(): LifecycleState {
    return this.#lifecycle.state
  }

  /** After `run`: a client did not close in time, and a thread of its own may keep the process from ending. */
  get unclosed(): boolean {
    return this.#unclosed
  }

  snapshot(): Snapshot {
    const { consumer } = this.#transport
    return snapshotOf(this.state, this.#assignments, this.#insights, consumer, this.#oversight.standing)
  }

  /** What is known of each assigned partition. */
  partitions(): PartitionStatus[] {
    return this.#oversight.partitions()
  }

  /** Milliseconds from Kafka to the acknowledgement that this share of batches stayed below, since the last call. */
  latencyMs(percentile: number): number {
    return this.#insights.latencyMs(percentile)
  }

  async #start(): Promise<void> {
    const { consumer, producer } = this.#transport
    const { settings } = this.#options
    for (const warning of this.#options.warnings ?? []) this.#events.warned(warning)
    // It may have been stopped meanwhile, and what has been closed is not to be used.
    await producer.connect()
    if (this.#lifecycle.state !== 'starting') return
    await consumer.connect()
    if (this.#lifecycle.state !== 'starting') return
    this.#events.connected(this.#transport.name, settings.brokers)
    this.#subscribe()
  }

  #subscribe(): void {
    this.#transport.consumer.subscribe(topicsRead(this.#options.settings))
  }

  #producerError(error: Parameters<TransportEvents['producerError']>[0]): void {
    this.#events.clientError('producer', error)
    if (error.fatal) this.#fail(new Error(`the producer failed: ${error.message} (code ${error.code})`))
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#failed(error)
  }

  /** One that does not close must not keep the others open, nor hide why it ended. */
  async #close(): Promise<void> {
    const { consumer, producer } = this.#transport
    this.#dispatch.stop()
    this.#oversight.end()
    await this.#naming.close()
    // After a failure there may be some left: what was in flight in them is abandoned, and is to count as that.
    for (const assignment of this.#assignments) this.#assignments.close(assignment)
    this.#events.ended(this.#assignments.totals())
    for (const problem of await closed([this.#pool.close(), consumer.disconnect(), producer.disconnect()])) {
      this.#unclosed = true
      this.#events.warned(`something did not close: ${problem}`)
    }
  }
}
