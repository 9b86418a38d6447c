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
 * The client makes them in that order: librdkafka puts the report of a failed row into the same queue as the statistics
 * and ahead of any that count a later row. But its binding keeps a queue of its own for each kind, and hands on a
 * hundred reports a turn of the event loop. So statistics wait:
 *
 * 1. turn t, poll phase: the statistics arrive. Failures that were queued before them may still be in the binding.
 * 2. turn t + 1, poll phase: up to a hundred of these arrive; while there are more, each following turn brings some.
 * 3. the first check phase from t + 1 on, before which a whole turn brought no failure: there are none left.
 */
export class ProducerEvents {
  readonly #acknowledgements: Acknowledgements
  readonly #tell: (report: DeliveryReport) => void
  readonly #fault: (message: string) => void
  #failures = 0
  #latest: string | undefined
  #waiting = false

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

  /** Only the newest statistics count: they say all that the ones before said. */
  readonly onStatistics = ({ message }: { readonly message: string }): void => {
    this.#latest = message
    if (this.#waiting || this.#acknowledgements.outstanding === 0) return
    this.#waiting = true
    setImmediate(() => this.#afterTurn())
  }

  #afterTurn(): void {
    const statistics = this.#latest as string
    const failures = this.#failures
    setImmediate(() => {
      const settled = failures === this.#failures
      if (settled) this.#apply(JSON.parse(statistics) as ProducerStatistics)
      if (!settled || this.#latest !== statistics) this.#afterTurn()
      else this.#waiting = false
    })
  }

  #apply({ topics }: ProducerStatistics): void {
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
