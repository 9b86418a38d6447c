import type { DeliveryReport } from '../ports.ts'
import type { Acknowledgements, PartitionStatistics } from './acknowledgements.ts'
import type { ClientError } from './client.ts'

/** A report of a row that failed. */
interface FailureReport {
  readonly topic: string
  readonly partition: number
}

interface ProducerStatistics {
  readonly topics: Readonly<Record<string, { readonly partitions: Readonly<Record<string, PartitionStatistics>> }>>
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
  readonly #tell: (report: DeliveryReport) => void
  readonly #fault: (message: string) => void
  #failures = 0
  /** The newest statistics, not to be believed before the next ones have come. */
  #newest: string | undefined
  /** Those before them, while they wait for a turn without a failure. */
  #waiting: string | undefined

  constructor(
    acknowledgements: Acknowledgements,
    tell: (report: DeliveryReport) => void,
    fault: (message: string) => void
  ) {
    this.#acknowledgements = acknowledgements
    this.#tell = tell
    this.#fault = fault
  }

  readonly onReport = (error: ClientError | null, { topic, partition }: FailureReport): void => {
    if (error === null) return
    this.#failures++
    this.#acknowledgements.failed(topic, partition, error, this.#tell)
  }

  readonly onStatistics = ({ message }: { readonly message: string }): void => {
    const previous = this.#newest
    const idle = this.#waiting === undefined
    this.#newest = message
    if (previous === undefined || this.#acknowledgements.outstanding === 0) return
    this.#waiting = previous
    if (idle) setImmediate(() => this.#afterTurn())
  }

  #afterTurn(): void {
    const statistics = this.#waiting as string
    const failures = this.#failures
    setImmediate(() => {
      const believed = failures === this.#failures
      if (believed) this.#believe(JSON.parse(statistics) as ProducerStatistics)
      if (believed && this.#waiting === statistics) this.#waiting = undefined
      else this.#afterTurn()
    })
  }

  #believe({ topics }: ProducerStatistics): void {
    try {
      for (const [topic, { partitions }] of Object.entries(topics)) {
        for (const [partition, { acked_msgid: ackedId }] of Object.entries(partitions)) {
          // Partition -1 is where rows wait whose partition is not known yet; none of ours is.
          if (ackedId > 0) this.#acknowledgements.acknowledged(topic, Number(partition), ackedId, this.#tell)
        }
      }
    } catch (error) {
      this.#fault((error as Error).message)
    }
  }
}
