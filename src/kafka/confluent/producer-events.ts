import type { DeliveryReport, ProduceFailure } from '../ports.ts'
import type { Acknowledgements, TopicStatistics } from './acknowledgements.ts'
import type { ClientError } from './client.ts'
import { CONSEQUENCES } from '../librdkafka/produce-failure.ts'

/** A report of a row that failed. */
interface FailureReport {
  readonly topic: string
  readonly partition: number
}

interface ProducerStatistics {
  readonly topics: TopicStatistics
}

export interface ProducerListener {
  delivered(report: DeliveryReport): void
  /** A row has failed, and reports of its partition's rows follow. May come several times. */
  failed(failure: ProduceFailure): void
  /** Statistics are believed; `inFlight`: messages in requests that had not been answered when they were made. */
  heard(inFlight: number): void
  /** The client's numbers make no sense. */
  fault(message: string): void
}

/**
 * Turns what the client calls back with, failures and statistics, into delivery reports.
 *
 * A failure must be known before statistics that were made after it, or a row that failed would be taken for arrived.
 * librdkafka queues failures and statistics for the thread that serves callbacks, statistics ahead of failures that came
 * before them. That thread takes all that is queued at once, and no more until it has handed on every piece of it to the
 * binding; which has a queue of its own for each kind, and hands on a hundred failures a turn of the event loop. So:
 *
 * 1. A row fails: its report is queued. Only then can a later row of its partition be acknowledged.
 * 2. Statistics A count that later row, and are queued. The thread takes both, or the failure before A.
 * 3. Statistics B arrive here: the thread has come round again, so the failure is in the binding at the latest.
 * 4. From the next turn on each brings failures as long as there are any. After a whole turn without one, A is believed.
 */
export class ProducerEvents {
  readonly #acknowledgements: Acknowledgements
  readonly #listener: ProducerListener
  readonly #tell = (report: DeliveryReport): void => this.#listener.delivered(report)
  #failures = 0
  /** The newest statistics, not to be believed before the next ones have come. */
  #newest: string | undefined
  /** Those before them, while they wait for a turn without a failure. */
  #waiting: string | undefined
  #closed = false

  constructor(acknowledgements: Acknowledgements, listener: ProducerListener) {
    this.#acknowledgements = acknowledgements
    this.#listener = listener
  }

  /** From now on whatever the client says is too late. */
  close(): void {
    this.#closed = true
  }

  readonly onReport = (error: ClientError | null, { topic, partition }: FailureReport): void => {
    if (error === null || this.#closed) return
    const { code, message } = error
    this.#failures++
    this.#listener.failed({ code, message })
    // Given up because of another row, which may be of the same partition and is reported a little later. That one tells
    // what is wrong; what is left in the end was given up.
    if (!CONSEQUENCES.has(code)) this.#acknowledgements.failed(topic, partition, { code, message }, this.#tell)
  }

  readonly onStatistics = ({ message }: { readonly message: string }): void => {
    const previous = this.#newest
    const idle = this.#waiting === undefined
    this.#newest = message
    if (previous === undefined || this.#acknowledgements.outstanding === 0 || this.#closed) return
    this.#waiting = previous
    if (idle) setImmediate(() => this.#afterTurn())
  }

  #afterTurn(): void {
    const statistics = this.#waiting as string
    const failures = this.#failures
    setImmediate(() => {
      if (this.#closed) return
      const believed = failures === this.#failures
      if (believed) this.#believe(JSON.parse(statistics) as ProducerStatistics)
      if (believed && this.#waiting === statistics) this.#waiting = undefined
      else this.#afterTurn()
    })
  }

  #believe({ topics }: ProducerStatistics): void {
    let inFlight = 0
    try {
      for (const [topic, { partitions }] of Object.entries(topics)) {
        for (const [partition, { acked_msgid: ackedId, msgs_inflight: messages }] of Object.entries(partitions)) {
          inFlight += messages
          // Partition -1 is where rows wait whose partition is not known yet; none of ours is.
          if (ackedId > 0) this.#acknowledgements.acknowledged(topic, Number(partition), ackedId, this.#tell)
        }
      }
    } catch (error) {
      return this.#listener.fault((error as Error).message)
    }
    this.#listener.heard(inFlight)
  }
}
