import type { RecordConsumer, TopicPartition } from '../kafka/ports.ts'
import type { Assignment, Assignments } from '../offsets/assignment.ts'
import { namesOf, type Events } from '../telemetry/events.ts'

export interface PauseOptions {
  readonly consumer: RecordConsumer
  readonly assignments: Assignments
  readonly events: Events
}

interface Paused extends TopicPartition {
  /** The assignment under which the consumer has been told; it delivers until then. */
  told: Assignment | undefined
}

/**
 * Partitions that somebody has paused: nothing is fetched of them, what is in flight settles. A pause may be asked for at
 * any time, and reaches the consumer between two polls. It ends when the partition leaves this process.
 */
export class Pause {
  readonly #options: PauseOptions
  readonly #paused = new Map<string, Paused>()
  #resumed: TopicPartition[] = []

  constructor(options: PauseOptions) {
    this.#options = options
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#paused.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  has(partition: TopicPartition): boolean {
    return this.#paused.has(nameOf(partition))
  }

  /** @throws RangeError if one of them is not assigned to this process; none is paused then. */
  pause(partitions: readonly TopicPartition[]): void {
    this.#expectAssigned(partitions)
    const fresh = partitions.filter(partition => !this.has(partition))
    for (const { topic, partition } of fresh) {
      this.#paused.set(nameOf({ topic, partition }), { topic, partition, told: undefined })
    }
    if (fresh.length > 0) this.#options.events.paused(fresh)
  }

  /**
   * Answers those that were paused until now.
   *
   * @throws RangeError if one of them is not assigned to this process; none goes on then.
   */
  resume(partitions: readonly TopicPartition[]): readonly TopicPartition[] {
    this.#expectAssigned(partitions)
    const ended = partitions.filter(partition => this.#paused.delete(nameOf(partition)))
    this.#resumed.push(...ended)
    if (ended.length > 0) this.#options.events.resumed(ended)
    return ended
  }

  /** Called by the loop, between polls. */
  step(): void {
    if (this.#paused.size === 0 && this.#resumed.length === 0) return
    const { assignments, consumer } = this.#options
    const resumed = this.#resumed.filter(partition => !this.has(partition) && isOurs(assignments, partition))
    this.#resumed = []
    if (resumed.length > 0) consumer.resume(resumed)
    const untold = [...this.#paused.values()].filter(paused => this.#isUntold(paused))
    if (untold.length > 0) consumer.pause(untold.map(({ topic, partition }) => ({ topic, partition })))
  }

  /** One that is read again from an earlier offset is a new assignment, and the consumer is told once more. */
  #isUntold(paused: Paused): boolean {
    const assignment = this.#options.assignments.find(paused.topic, paused.partition)
    if (assignment === undefined) this.#paused.delete(nameOf(paused))
    if (assignment?.state !== 'assigned' || paused.told === assignment) return false
    paused.told = assignment
    return true
  }

  #expectAssigned(partitions: readonly TopicPartition[]): void {
    const strange = partitions.filter(partition => !isOurs(this.#options.assignments, partition))
    if (strange.length > 0) throw new RangeError(`not assigned to this process: ${namesOf(strange)}`)
  }
}

function isOurs(assignments: Assignments, { topic, partition }: TopicPartition): boolean {
  return assignments.find(topic, partition) !== undefined
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
