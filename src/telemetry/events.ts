import { describeFlood, type FloodOf } from '../dead-letters/fuse.ts'
import type { ProduceFailure, TopicPartition } from '../kafka/ports.ts'
import type { ProduceRemedy } from '../kafka/produce-errors.ts'
import type { LifecycleState } from '../lifecycle.ts'
import type { Assignment, LedgerTotals } from '../offsets/assignment.ts'
import type { Death, WorkerDied } from '../pool/worker-death.ts'
import { FIELDS_DEFAULTED } from '../slabs/outcomes.ts'
import type { Batch } from '../stages/batch.ts'
import type { Insights } from './insights.ts'
import type { InsightsView } from './insights-log.ts'
import type { Logger } from './logger.ts'
import { PacedCount } from './paced-count.ts'

/** What may come with every record is said so often. */
const SAID_EVERY_MS = 1000

/** Where a record stood; nothing else of it is ever told. */
export interface RecordPlace extends TopicPartition {
  readonly offset: number
}

const deaths: Readonly<Record<Death, string>> = {
  died: 'a worker thread died; its records run again on another',
  hung: 'a record kept its worker thread for longer than RECORD_DEADLINE_MS; its records run again on another',
  stuck: 'a worker thread hangs and can not be ended, so the process has to end'
}

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
  readonly #defaulted: PacedCount

  constructor(log: Logger, insights: Insights) {
    this.#log = log
    this.#insights = insights
    this.#defaulted = new PacedCount(SAID_EVERY_MS, fields =>
      log.warn({ fields }, 'fields were missing and took their default (FIELD_DEFAULTS)')
    )
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

  schemaFound(subject: string, id: number, version: number): void {
    this.#log.info({ subject, id, version }, 'rows are written with this schema')
  }

  /** So often since it was told last. `needed`: nothing can begin without an answer. */
  registryFailed(failures: number, reason: string, needed: boolean): void {
    this.#insights.registryFailures += failures
    const consequence = needed ? 'waiting for it' : 'records whose schema is not known yet wait for it'
    this.#log.warn({ failures, reason }, `the schema registry can not be asked: ${consequence}`)
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
    if (counters[FIELDS_DEFAULTED] > 0) this.#defaulted.add(counters[FIELDS_DEFAULTED])
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

  /** `where` is undefined if it had begun no record, or none can be blamed. */
  workerDied(where: RecordPlace | undefined, { death, code }: WorkerDied): void {
    this.#insights.workerDeaths++
    this.#log.error({ ...where, code }, deaths[death])
  }

  /** Their last owner died before it had committed anything of them. */
  careful(partitions: readonly TopicPartition[]): void {
    this.#log.warn(
      { partitions: namesOf(partitions) },
      'a process may have died of a record here: they are named in the offsets before they run, until it is known'
    )
  }

  convictedByDeaths(where: RecordPlace): void {
    this.#log.error({ ...where }, 'the process died three times over this record: it becomes a dead letter')
  }

  /** The record has killed its worker twice, the second time alone. */
  convicted(where: RecordPlace | undefined): void {
    this.#log.error({ ...where }, 'this record kills its worker thread: it becomes a dead letter')
  }

  /** A failure that sends a partition back; once for each time it is sent. */
  undelivered({ topic, partition }: TopicPartition, { code, message }: ProduceFailure, remedy: ProduceRemedy): void {
    this.#insights.undelivered++
    this.#log.warn({ topic, partition, code, reason: message, remedy }, 'output could not be delivered')
  }

  rewound({ topic, partition }: TopicPartition, offset: number): void {
    this.#insights.rewinds++
    this.#log.warn({ topic, partition, offset }, 'the partition is read again from here')
  }

  /** `off`: no summaries are made any more. `foreign`: it belongs to another offset, or somebody else has written it. */
  summaryDropped({ topic, partition, offset }: RecordPlace, why: 'off' | 'foreign'): void {
    this.#log.warn(
      { topic, partition, offset },
      why === 'off'
        ? 'SUMMARY_TOPIC is off: what had been counted for the next summary is dropped'
        : 'what had been counted for the next summary can not be used: the next one begins at this offset'
    )
  }

  /** The brokers refuse what comes of one record, whatever else is in the request. */
  condemned({ topic, partition }: TopicPartition, offset: number, { code, message }: ProduceFailure): void {
    this.#log.error(
      { topic, partition, offset, code, reason: message },
      'the brokers refuse what comes of this record: it becomes a dead letter'
    )
  }

  aborted({ code, message }: ProduceFailure): void {
    this.#insights.aborts++
    this.#log.warn({ code, reason: message }, 'the transaction is aborted; what was in it is read again')
  }

  /** Said once, however much of it follows. */
  flooded(flood: FloodOf, consequence: string): void {
    const { topic, partition, firstOffset, lastOffset, deadLetters, records } = flood
    const reasons = flood.reasons.map(([reason, count]) => `${reason} ${count}`)
    this.#log.error(
      { topic, partition, firstOffset, lastOffset, deadLetters, records, reasons },
      `${describeFlood(flood)}; ${consequence}`
    )
  }

  /** Somebody has said that what was held may go on. */
  released(parkedRecords: number): void {
    this.#log.warn({ parkedRecords }, 'what was held goes on')
  }

  heldAbandoned(partitions: readonly TopicPartition[]): void {
    this.#log.warn({ partitions: namesOf(partitions) }, 'what is held of these is abandoned and read again')
  }

  paused(partitions: readonly TopicPartition[]): void {
    this.#log.warn({ partitions: namesOf(partitions) }, 'partitions paused: nothing more of them is read')
  }

  resumed(partitions: readonly TopicPartition[]): void {
    this.#log.warn({ partitions: namesOf(partitions) }, 'paused partitions go on')
  }

  stalled(stallTimeoutMs: number, diagnosis: readonly string[]): void {
    this.#insights.stalls++
    this.#log.error(
      { stallTimeoutMs, diagnosis },
      'no progress, though there are records to read (STALL_TIMEOUT_MS): leaving the group and joining it again'
    )
  }

  transactionLeftOpen(diagnosis: readonly string[]): void {
    this.#log.warn(
      { diagnosis },
      "somebody's transaction stays open: what comes after it can not be read before it ends"
    )
  }

  clientError(client: 'consumer' | 'producer', { code, message, fatal }: ClientError): void {
    this.#insights.troubled(message, performance.now())
    this.#log[fatal ? 'error' : 'warn']({ client, code, fatal, reason: message }, 'the Kafka client reports an error')
  }

  /** What came in lately. Of records it holds nothing but what the pipeline declares to count by. */
  insights({ durationMs, tally, reasons, topValues, lateness }: InsightsView): void {
    const top = topValues.flatMap(({ dimension, top, other }) => [
      ...top.slice(0, VALUES_LOGGED).map(([value, records]) => `${dimension} ${value} ${records}`),
      ...otherOf(dimension, top.slice(VALUES_LOGGED), other)
    ])
    const why = Object.entries(reasons).filter(([, records]) => records > 0)
    const failed = why.map(([reason, records]) => `${reason} ${records}`)
    const late = lateness && { lateP50Ms: lateness.p50, lateP90Ms: lateness.p90, lateP99Ms: lateness.p99 }
    this.#log.info({ durationMs, ...tally, reasons: failed, top, ...late }, 'insights')
  }

  /** The last line of every run that is not killed: what its ledgers add up to. */
  ended({ consumed, tally, abandoned, inFlight }: LedgerTotals): void {
    this.#defaulted.end()
    this.#log.info({ consumed, ...tally, abandoned, inFlight }, 'what became of the records')
  }

  failed(error: Error): void {
    this.#log.fatal({ reason: error.message }, 'the processor can not go on')
  }
}

/** Of each dimension; a snapshot has some more. */
const VALUES_LOGGED = 5

function otherOf(dimension: string, beyond: InsightsView['topValues'][number]['top'], other: number): string[] {
  const records = beyond.reduce((sum, [, count]) => sum + count, other)
  return records === 0 ? [] : [`${dimension} other ${records}`]
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
