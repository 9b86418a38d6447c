/** An error that Kafka or its client reported. `code` is librdkafka's: negative for its own, Kafka's from 1 on. */
export class KafkaError extends Error {
  readonly code: number

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KafkaError'
    this.code = code
  }
}

/** The codes that this code base has to tell from others. */
export const ErrorCode = {
  NONE: 0,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER: 6,
  REQUEST_TIMED_OUT: 7,
  COORDINATOR_LOADING: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_ALREADY_EXISTS: 36,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  UNSTABLE_OFFSET_COMMIT: 88,
  LOG_TRUNCATION: -139,
  /** Another producer has the same transactional.id now, or the brokers gave up on a transaction that took too long. */
  FENCED: -144,
  /** After it the client is of no more use. */
  FATAL: -150,
  /** What becomes of a transaction's other rows when one of them has failed: it was on its way, or still queued. */
  PURGE_INFLIGHT: -151,
  PURGE_QUEUE: -152,
  /** Of the client's own: its metadata have no such topic, or no leader of it. */
  NO_ENTRY: -156,
  REVOKE_PARTITIONS: -174,
  ASSIGN_PARTITIONS: -175,
  /** Of the client's own: no token to log in with could be had. */
  AUTHENTICATION: -169,
  /** The client is not connected, or not any more. */
  STATE: -172,
  WAIT_COORDINATOR: -180,
  QUEUE_FULL: -184,
  TIMED_OUT: -185,
  ALL_BROKERS_DOWN: -187,
  UNKNOWN_TOPIC: -188,
  UNKNOWN_PARTITION: -190,
  MESSAGE_TIMED_OUT: -192,
  TRANSPORT: -195
} as const

const UNREACHABLE: ReadonlySet<number> = new Set([ErrorCode.TIMED_OUT, ErrorCode.TRANSPORT, ErrorCode.ALL_BROKERS_DOWN])

/** Brokers that can't be reached come back; whatever else is wrong stays so until somebody mends it. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.has((error as { code?: number }).code ?? 0)
}
