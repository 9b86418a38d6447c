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
  COORDINATOR_LOADING: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  TOPIC_ALREADY_EXISTS: 36,
  LOG_TRUNCATION: -139,
  /** After it the client is of no more use. */
  FATAL: -150,
  REVOKE_PARTITIONS: -174,
  ASSIGN_PARTITIONS: -175,
  /** The client is not connected, or not any more. */
  STATE: -172,
  QUEUE_FULL: -184,
  TIMED_OUT: -185,
  ALL_BROKERS_DOWN: -187,
  UNKNOWN_PARTITION: -190,
  TRANSPORT: -195
} as const
