import { ErrorCode } from './kafka-error.ts'
import type { ProduceFailure, TopicPartition } from './ports.ts'

/**
 * What to do about a row that could not be delivered.
 *
 * - `rewind`: nobody is at fault, as when brokers were away for longer than `DELIVERY_TIMEOUT_MS`. The partition goes back
 *   to its frontier and its records come again.
 * - `isolate`: the brokers refused a whole batch for the fault of one row in it, and do not say which. The partition goes
 *   back, and its rows are sent one to a request: the one that fails alone gets the verdict.
 * - `stop`: the topic is missing, or we may not write to it, or the client is broken. Every record would fail, and
 *   somebody has to mend it: the process ends, nothing settles, and nothing is lost.
 */
export type ProduceRemedy = 'rewind' | 'isolate' | 'stop'

/** Refusals for which a row may be the cause; brokers give every row of the batch the same code. */
const ISOLATE: ReadonlySet<number> = new Set([
  2, // CORRUPT_MESSAGE
  10, // MSG_SIZE_TOO_LARGE: also from the client itself
  18, // RECORD_LIST_TOO_LARGE
  32, // INVALID_TIMESTAMP
  87, // INVALID_RECORD: a null key in a compacted topic, for one
  -138 // the client's: another row of the batch was invalid
])

/**
 * OUT_OF_ORDER_SEQUENCE_NUMBER: a batch behind one that was refused. Some row before it is to be looked for, but whoever
 * gets this code is not the one.
 */
const BEHIND_REFUSED = 45

/** No waiting mends these. */
const STOP: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  17, // INVALID_TOPIC_EXCEPTION
  29, // TOPIC_AUTHORIZATION_FAILED
  31, // CLUSTER_AUTHORIZATION_FAILED
  35, // UNSUPPORTED_VERSION
  43, // UNSUPPORTED_FOR_MESSAGE_FORMAT
  44, // POLICY_VIOLATION
  53, // TRANSACTIONAL_ID_AUTHORIZATION_FAILED
  76, // UNSUPPORTED_COMPRESSION_TYPE
  ErrorCode.FATAL,
  ErrorCode.STATE,
  -188, // UNKNOWN_TOPIC, the client's
  ErrorCode.UNKNOWN_PARTITION
])

export function remedyFor(code: number): ProduceRemedy {
  if (ISOLATE.has(code) || code === BEHIND_REFUSED) return 'isolate'
  return STOP.has(code) ? 'stop' : 'rewind'
}

/** Whether a row that fails alone with this code is to blame for it. */
export function isVerdict(code: number): boolean {
  return ISOLATE.has(code)
}

/** A summary that can't be written ends the process, too: no record is to blame for it, and the next ones build on it. */
export function summaryRefusal(source: TopicPartition, { code, message }: ProduceFailure, summaryTopic: string): Error {
  const what = `a summary of ${source.topic}/${source.partition} can not be written to ${summaryTopic} (SUMMARY_TOPIC)`
  return new Error(`${what}: ${message} (code ${code}); mend the topic, or the right to write to it`)
}

/** So do metrics of records or batches, which would otherwise be told of wrongly. */
export function metricsRefusal(source: TopicPartition, { code, message }: ProduceFailure): Error {
  const what = `metrics of ${source.topic}/${source.partition} can not be written to METRICS_TOPIC`
  return new Error(`${what}: ${message} (code ${code}); mend the topic, or the right to write to it`)
}

/** What ends the process: a refusal that somebody has to mend. */
export function refusal({ topic, partition }: TopicPartition, { code, message }: ProduceFailure): Error {
  return new Error(`the brokers refused output of ${topic}/${partition}: ${message} (code ${code})`)
}
