import type { CoreSettings } from '../config/options.ts'
import { settledOf } from '../offsets/ledger.ts'
import type { Counts } from './insights.ts'
import type { LatencyReader } from './latency-reader.ts'
import type { Logger } from './logger.ts'
import type { Snapshot } from './snapshot.ts'

/** A stop waits so long for the last record; the brokers may be what it stops for. */
const LAST_WITHIN_MS = 1000

/** What is reported on. */
export interface MetricsSource {
  snapshot(): Snapshot
  readLatencies(): LatencyReader
}

/** Where reports go. */
export interface MetricsWriter {
  /** Rejects if it is not acknowledged within `withinMs`. */
  write(key: string, value: string, withinMs: number): Promise<void>
  close(): Promise<void>
}

export interface MetricsTopicOptions {
  readonly settings: Pick<CoreSettings, 'groupId' | 'clientId' | 'metricsIntervalMs'>
  readonly pipeline: string
  /** Names this processor among the copies of its group; the key of its reports. */
  readonly instance: string
  readonly writer: MetricsWriter
  readonly log: Logger
}

/**
 * The records of `METRICS_TOPIC` with `METRICS_EVERY=interval`: one in so many milliseconds and a last one at the stop,
 * each with what has happened since the one before. One that can't be written is logged and counted in the next, whose
 * figures then begin where those of the lost one ended; it never stops the processor.
 */
export class MetricsTopic {
  readonly #options: MetricsTopicOptions
  #source: MetricsSource | undefined
  #latencies: LatencyReader | undefined
  #timer: NodeJS.Timeout | undefined
  #before: Snapshot | undefined
  #sinceMs = 0
  #unwritten = 0

  constructor(options: MetricsTopicOptions) {
    this.#options = options
  }

  begin(source: MetricsSource): void {
    this.#source = source
    this.#latencies = source.readLatencies()
    this.#before = source.snapshot()
    this.#sinceMs = Date.now()
    const { metricsIntervalMs } = this.#options.settings
    this.#timer = setInterval(() => void this.#write(metricsIntervalMs), metricsIntervalMs).unref()
  }

  /** Writes the last report, if there has been anything to report on, and closes. Takes a second and what closing takes. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#source !== undefined) await this.#write(LAST_WITHIN_MS)
    await this.#options.writer.close()
  }

  async #write(withinMs: number): Promise<void> {
    const { writer, instance, log } = this.#options
    try {
      await writer.write(instance, JSON.stringify(this.#report()), withinMs)
    } catch (error) {
      this.#unwritten++
      const { message } = error as Error
      log.warn({ unwritten: this.#unwritten, reason: message }, 'metrics could not be written (METRICS_TOPIC)')
    }
  }

  #report(): object {
    const { settings, pipeline, instance } = this.#options
    const nowMs = Date.now()
    const now = this.#source!.snapshot()
    const before = this.#before!
    const durationMs = Math.max(1, nowMs - this.#sinceMs)
    const consumed = now.consumed - before.consumed
    const report = {
      pipeline,
      group: settings.groupId,
      client: settings.clientId,
      instance,
      pid: process.pid,
      state: now.state,
      from: new Date(this.#sinceMs).toISOString(),
      to: new Date(nowMs).toISOString(),
      consumed,
      processed: now.tally.processed - before.tally.processed,
      filtered: now.tally.filtered - before.tally.filtered,
      expired: now.tally.expired - before.tally.expired,
      'dead-letter': now.tally.deadLetter - before.tally.deadLetter,
      abandoned: now.abandoned - before.abandoned,
      records_per_second: Math.round((settledOf(now.tally) - settledOf(before.tally)) / (durationMs / 1000)),
      in_flight: now.inFlight,
      lag: now.lag,
      partitions: now.partitions,
      paused_partitions: now.paused.length,
      held: now.held !== undefined,
      live: now.live,
      reasons: since(now.reasons, before.reasons),
      rules: since(now.rules, before.rules),
      counters: since(now.counters, before.counters),
      latency_ms: this.#latencies!.read(),
      incidents: since(now.incidents, before.incidents),
      unwritten_metrics: this.#unwritten
    }
    this.#before = now
    this.#sinceMs = nowMs
    return report
  }
}

/** Of the names that have been counted since. */
function since(now: Counts, before: Counts): Counts {
  const grown = Object.entries(now).map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
  return Object.fromEntries(grown.filter(([, count]) => count !== 0))
}
