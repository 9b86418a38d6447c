import type { TopicPartition } from '../kafka/ports.ts'
import type { LifecycleState } from '../lifecycle.ts'
import type { Assignment } from '../offsets/assignment.ts'
import type { Batch } from '../stages/batch.ts'
import type { Insights } from './insights.ts'
import type { Logger } from './logger.ts'

/** What a client says of itself. */
interface ClientError {
  readonly code: number
  readonly message: string
  readonly fatal: boolean
}

/**
 * Everything that happens, a function each: it writes the log line and counts, so that the two can't disagree. None is
 * called for a single record, and none is given anything of a record but where it stood.
 */
export class Events {
  readonly #log: Logger
  readonly #insights: Insights

  constructor(log: Logger, insights: Insights) {
    this.#log = log
    this.#insights = insights
  }

  moved(state: LifecycleState): void {
    this.#log.info({ state }, `the processor is ${state}`)
  }

  connected(transport: string, brokers: string): void {
    this.#log.info({ transport, brokers }, 'connected')
  }

  warned(text: string): void {
    this.#log.warn({}, text)
  }

  assigned(partitions: readonly TopicPartition[]): void {
    this.#insights.rebalances++
    this.#log.info({ partitions: namesOf(partitions) }, 'partitions assigned')
  }

  revoked(partitions: readonly TopicPartition[]): void {
    this.#insights.rebalances++
    this.#log.info({ partitions: namesOf(partitions) }, 'partitions revoked: draining them')
  }

  gaveBack(partitions: readonly TopicPartition[], durationMs: number): void {
    this.#log.info({ partitions: namesOf(partitions), durationMs: Math.round(durationMs) }, 'partitions given back')
  }

  lost(partitions: readonly TopicPartition[]): void {
    this.#insights.rebalances++
    this.#log.warn(
      { partitions: namesOf(partitions) },
      'partitions lost: what was in flight is read again by their new owner'
    )
  }

  drainOverran(busy: readonly Assignment[], drainTimeoutMs: number): void {
    this.#log.warn(
      { partitions: namesOf(busy), drainTimeoutMs },
      'the drain ran out of time: what is in flight is abandoned and read again (DRAIN_TIMEOUT_MS)'
    )
  }

  counted(counters: Int32Array): void {
    this.#insights.counted(counters)
  }

  settled(batch: Batch, latencyMs: number): void {
    this.#insights.settled(batch, latencyMs)
  }

  took(): void {
    this.#insights.firstRecordMs ??= performance.now()
  }

  committed(partitions: number): void {
    this.#insights.commits++
    this.#insights.lastCommitMs = performance.now()
    this.#log.debug({ partitions }, 'offsets committed')
  }

  commitFailed(partitions: number, error: Error & { code?: number }): void {
    this.#insights.failedCommits++
    this.#log.warn({ partitions, code: error.code, reason: error.message }, 'a commit failed; it is tried again')
  }

  workerDied(where: { topic?: string; partition?: number; offset?: number; deaths: number; code: string }): void {
    this.#insights.workerDeaths++
    this.#log.error(where, 'a worker thread died; its records run again on another')
  }

  clientError(client: 'consumer' | 'producer', { code, message, fatal }: ClientError): void {
    this.#insights.troubled(message, performance.now())
    this.#log[fatal ? 'error' : 'warn']({ client, code, fatal, reason: message }, 'the Kafka client reports an error')
  }

  failed(error: Error): void {
    this.#log.fatal({ reason: error.message }, 'the processor can not go on')
  }
}

/** `topic/0-5,8`: long assignments stay readable. */
export function namesOf(partitions: readonly TopicPartition[]): string {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic)
  return [...byTopic].map(([topic, of]) => `${topic}/${rangesOf(of.map(({ partition }) => partition))}`).join(' ')
}

function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
