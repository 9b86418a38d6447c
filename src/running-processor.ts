import { availableParallelism } from 'node:os'
import { closed, ended } from './closing.ts'
import { topicsRead } from './config/inputs.ts'
import { outputsOf } from './config/outputs.ts'
import { joinStages, type Stages } from './processor.ts'
import type { TopicPartition, Transport, TransportEvents } from './kafka/ports.ts'
import { Lifecycle, type LifecycleState } from './lifecycle.ts'
import { Assignments } from './offsets/assignment.ts'
import type { Resumed } from './oversight.ts'
import { threadsFor } from './pool/threads-for.ts'
import { WorkerPool } from './pool/worker-pool.ts'
import type { Ending, ProcessorOptions } from './processor-options.ts'
import { Schemas } from './schema-registry/schemas.ts'
import { shapeOf } from './slabs/layout.ts'
import { notedDimensions } from './summaries/counted.ts'
import { SlabPool } from './slabs/pool.ts'
import { Events } from './telemetry/events.ts'
import { Insights } from './telemetry/insights.ts'
import { InsightsLog } from './telemetry/insights-log.ts'
import type { LatencyReader } from './telemetry/latency-reader.ts'
import type { PartitionStatus } from './telemetry/partitions.ts'
import { snapshotOf, type Snapshot } from './telemetry/snapshot.ts'

/**
 * Takes records from Kafka, runs the pipeline over them in worker threads and writes what comes of them back to Kafka.
 *
 * Read `joinStages` to know the system: the stages stand there in the order in which the records pass through them. Here
 * is how it begins and ends.
 */
export class Processor {
  readonly #options: ProcessorOptions
  readonly #insights: Insights
  readonly #events: Events
  readonly #lifecycle: Lifecycle
  readonly #assignments = new Assignments()
  readonly #insightsLog: InsightsLog
  readonly #slabs: SlabPool
  readonly #pool: WorkerPool
  readonly #transport: Transport
  readonly #schemas: Schemas | undefined
  readonly #stages: Stages
  #unclosed = false
  #failure: Error | undefined
  #failed!: (error: Error) => void
  readonly #failing = new Promise<never>((_, reject) => (this.#failed = reject))
  #stop!: () => void
  /** Stopped before it had started. */
  readonly #stopped = new Promise<void>(resolve => (this.#stop = resolve))

  constructor(options: ProcessorOptions) {
    const { pipeline, settings, raw, log, registry } = options
    this.#options = options
    this.#insights = new Insights(pipeline)
    this.#events = new Events(log, this.#insights)
    this.#insightsLog = new InsightsLog({
      insights: this.#insights,
      events: this.#events,
      everyMs: settings.insightsEveryMs,
      tally: () => this.#assignments.totals().tally
    })
    this.#lifecycle = new Lifecycle(state => this.#events.moved(state))
    this.#failing.catch(() => undefined)
    const shape = shapeOf(settings.slabRecords, settings.slabBytes, notedDimensions(pipeline, settings))
    this.#slabs = new SlabPool(Math.floor(settings.maxInFlightRecords / settings.slabRecords), shape)
    this.#pool = new WorkerPool({
      threads: settings.workers || threadsFor(availableParallelism()),
      slabs: this.#slabs.slabs,
      setup: { pipeline: settings.pipeline, settings: raw },
      recordDeadlineMs: settings.recordDeadlineMs,
      failed: error => this.#fail(error)
    })
    this.#transport = options.createTransport(outputsOf(pipeline, settings).topics, {
      delivered: report => this.#stages.delivery.delivered(report),
      transactionFailed: failure => this.#stages.delivery.transactionFailed(failure),
      producerError: error => this.#producerError(error)
    })
    this.#schemas = registry && new Schemas({ registry, pipeline, settings, events: this.#events })
    this.#stages = joinStages({
      pipeline,
      settings,
      transport: this.#transport,
      pool: this.#pool,
      slabs: this.#slabs,
      assignments: this.#assignments,
      schemas: this.#schemas,
      events: this.#events,
      insights: this.#insights,
      lifecycle: this.#lifecycle,
      subscribe: () => this.#subscribe(),
      failed: error => this.#fail(error),
      hasFailed: () => this.#failure !== undefined
    })
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
        this.#stages.oversight.watch()
        this.#insightsLog.start()
        this.#options.onlooker?.begin(this)
        this.#unclosed = !(await ended(this.#stages.consume.run(), this.#failing))
      } else {
        // A client may still be trying to connect, which nothing can cut short.
        this.#unclosed = true
      }
      if (this.#failure !== undefined) throw this.#failure
      this.#lifecycle.move('stopped')
      return { drained: !this.#stages.rebalance.overran }
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
    else this.#stages.rebalance.stop()
  }

  /**
   * Nothing more is read of these partitions; what is in flight settles. Ends with `resume`, or when a partition leaves
   * this process. Throws if one of them is not assigned to it, or if it is not running.
   */
  pause(partitions: readonly TopicPartition[]): void {
    this.#stages.oversight.pause(partitions)
  }

  /**
   * Ends the pause of these partitions. Without an argument everything goes on: paused partitions, and what is held for a
   * flood of dead letters. Throws as `pause` does.
   */
  resume(partitions?: readonly TopicPartition[]): Resumed {
    return this.#stages.oversight.resume(partitions)
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
    return snapshotOf(this.state, this.#assignments, this.#insights, consumer, this.#stages.oversight.standing)
  }

  /** What is known of each assigned partition. */
  partitions(): PartitionStatus[] {
    return this.#stages.oversight.partitions()
  }

  /** Milliseconds from Kafka to the acknowledgement that this share of batches stayed below, since the last call. */
  latencyMs(percentile: number): number {
    return this.#insights.latencyMs(percentile)
  }

  /** A reader of these latencies, of batches that have settled since. */
  readLatencies(): LatencyReader {
    return this.#insights.readLatencies()
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
    await this.#schemas?.start()
    if (this.#lifecycle.state !== 'starting') return
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
    this.#stages.dispatch.stop()
    this.#stages.oversight.end()
    this.#insightsLog.end()
    this.#schemas?.close()
    await this.#stages.naming.close()
    // After a failure there may be some left: what was in flight in them is abandoned, and is to count as that.
    for (const assignment of this.#assignments) this.#assignments.close(assignment)
    this.#events.ended(this.#assignments.totals())
    const onlooker = this.#options.onlooker?.end() ?? Promise.resolve()
    for (const problem of await closed([onlooker, this.#pool.close(), consumer.disconnect(), producer.disconnect()])) {
      this.#unclosed = true
      this.#events.warned(`something did not close: ${problem}`)
    }
  }
}
