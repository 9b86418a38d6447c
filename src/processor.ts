import { availableParallelism } from 'node:os'
import { outputsOf } from './config/outputs.ts'
import type { CoreSettings } from './config/options.ts'
import type { RawSettings } from './config/settings.ts'
import type { Transport, TransportEvents } from './kafka/ports.ts'
import { Lifecycle, type LifecycleState } from './lifecycle.ts'
import { Assignments } from './offsets/assignment.ts'
import { CommitPolicy } from './offsets/commit-policy.ts'
import type { AnyPipeline } from './pipeline.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import { shapeOf } from './slabs/layout.ts'
import { SlabPool } from './slabs/pool.ts'
import { Commit } from './stages/commit.ts'
import { Consume } from './stages/consume.ts'
import { Dispatch } from './stages/dispatch.ts'
import { Overflow } from './stages/overflow.ts'
import { Produce } from './stages/produce.ts'
import { Rebalance } from './stages/rebalance.ts'
import { Resequence } from './stages/resequence.ts'
import { Settle } from './stages/settle.ts'
import { Events } from './telemetry/events.ts'
import { Insights } from './telemetry/insights.ts'
import type { Logger } from './telemetry/logger.ts'
import { snapshotOf, type Snapshot } from './telemetry/snapshot.ts'

export interface ProcessorOptions {
  readonly pipeline: AnyPipeline
  readonly settings: CoreSettings
  /** The settings as text, for the worker threads. */
  readonly raw: RawSettings
  /** Shown at start: settings that work but deserve a look. */
  readonly warnings?: readonly string[]
  readonly log: Logger
  /** Makes the Kafka clients; they are not connected yet. `topics` are the outputs, in the order that rows name them. */
  createTransport(topics: readonly string[], events: TransportEvents): Transport
}

/** How it ended. `drained`: nothing was left in flight, so nothing will be read twice. */
export interface Ending {
  readonly drained: boolean
}

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
  readonly #produce: Produce
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
      failed: error => this.#fail(error)
    })
    this.#transport = options.createTransport(outputsOf(pipeline, settings).topics, {
      delivered: report => this.#produce.delivered(report),
      producerError: error => this.#producerError(error)
    })
    const stages = this.#build()
    this.#rebalance = stages.rebalance
    this.#consume = stages.consume
    this.#dispatch = stages.dispatch
    this.#produce = stages.produce
  }

  #build() {
    const { settings } = this.#options
    const { consumer, producer } = this.#transport
    const assignments = this.#assignments
    const slabs = this.#slabs
    const events = this.#events
    const failed = (error: Error) => this.#fail(error)

    // 1. Kafka -> slabs. Assignments change and commits begin in the same loop, between two polls.
    const consume = new Consume({
      consumer,
      slabs,
      assignments,
      events,
      maxRecordBytes: settings.maxRecordBytes,
      maxOutputBytes: settings.maxOutputBytes,
      leaving: () => rebalance.stopping,
      left: () => rebalance.finished || this.#failure !== undefined,
      handle: event => rebalance.handle(event),
      betweenPolls: () => {
        rebalance.step()
        commit.step()
      },
      next: task => {
        for (const batch of task.batches) resequence.expect(batch)
        dispatch.submit(task)
      }
    })

    // 2. Slabs -> workers -> slabs with outcomes and rows, in any order.
    const dispatch = new Dispatch({
      pool: this.#pool,
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
      next: batch => produce.release(batch),
      drop: batch => settle.drop(batch)
    })

    // 4. Rows -> Kafka, until every one is acknowledged.
    const produce = new Produce({ producer, next: batch => settle.acknowledged(batch), failed })

    // 5. Outcomes count, the partition's frontier moves, the slab is free.
    const settle = new Settle({
      assignments,
      events,
      next: task => slabs.release(task.slab),
      ended: () => overflow.retry()
    })

    // 6. The frontier -> Kafka.
    const policy = new CommitPolicy(settings.commitIntervalMs, performance.now())
    const commit = new Commit({ consumer, assignments, policy, events })

    // Partitions come and go: drained, committed, given back.
    const rebalance = new Rebalance({
      consumer,
      assignments,
      commit,
      events,
      drainTimeoutMs: settings.drainTimeoutMs,
      fenced: assignment => {
        resequence.close(assignment)
        overflow.retry()
      },
      failed
    })
    return { consume, dispatch, produce, rebalance }
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
        await this.#consume.run()
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
    if (state !== 'starting' && state !== 'running') return
    this.#lifecycle.move('draining')
    if (state === 'running') this.#rebalance.stop()
    else this.#stop()
  }

  get state(): LifecycleState {
    return this.#lifecycle.state
  }

  /** After `run`: a client did not close in time, and a thread of its own may keep the process from ending. */
  get unclosed(): boolean {
    return this.#unclosed
  }

  snapshot(): Snapshot {
    return snapshotOf(this.#lifecycle.state, this.#assignments, this.#insights, this.#transport.consumer)
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
    consumer.subscribe(settings.inputTopic)
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
    // After a failure there may be some left: what was in flight in them is abandoned, and is to count as that.
    for (const assignment of this.#assignments) this.#assignments.close(assignment)
    const closing = [this.#pool.close(), consumer.disconnect(), producer.disconnect()]
    for (const { status, ...outcome } of await Promise.allSettled(closing)) {
      if (status === 'fulfilled') continue
      this.#unclosed = true
      this.#events.warned(`something did not close: ${(outcome as { reason: Error }).reason.message}`)
    }
  }
}
