import type { RecordConsumer, TopicPartition } from '../kafka/ports.ts'
import type { Assignment } from '../offsets/assignment.ts'

export interface WithholdOptions {
  readonly consumer: Pick<RecordConsumer, 'pause' | 'resume'>
  /** Those of which records wait for a schema. */
  waiting(): ReadonlySet<Assignment>
  /** Somebody has paused it, and it stays so. */
  isPaused(partition: TopicPartition): boolean
}

/**
 * Of a partition that waits for a schema nothing more is fetched: it could not overtake itself, and would take all slabs
 * from the others. At once, as a quick consumer fills them all within milliseconds.
 */
export class Withhold {
  readonly #options: WithholdOptions
  #withheld: ReadonlySet<Assignment> = new Set()

  constructor(options: WithholdOptions) {
    this.#options = options
  }

  /** Called by the loop, between polls. */
  step(): void {
    const { consumer, waiting, isPaused } = this.#options
    const wanted = waiting()
    if (wanted.size === 0 && this.#withheld.size === 0) return
    const isOurs = ({ state }: Assignment) => state === 'assigned'
    const begun = [...wanted.difference(this.#withheld)].filter(isOurs)
    const over = [...this.#withheld.difference(wanted)].filter(each => isOurs(each) && !isPaused(each))
    this.#withheld = wanted
    if (begun.length > 0) consumer.pause(begun.map(placeOf))
    if (over.length > 0) consumer.resume(over.map(placeOf))
  }
}

function placeOf({ topic, partition }: Assignment): TopicPartition {
  return { topic, partition }
}
