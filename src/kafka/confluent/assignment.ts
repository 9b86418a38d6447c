import { ErrorCode, KafkaError } from '../kafka-error.ts'
import type { AssignedPartition, TopicPartition } from '../ports.ts'
import type { ConsumedMessage } from './client.ts'

/** The partitions of one topic, by number. */
interface TopicAssignment {
  /** 0 where a partition is not delivered. Epochs begin at 1. */
  readonly epochs: number[]
  /** The offset from which on records are new under this epoch. */
  readonly next: number[]
  /** The leader epoch of the last record delivered: it grows with each new leader of the partition. */
  readonly leaders: number[]
}

const NOT_ASSIGNED: TopicAssignment = { epochs: [], next: [], leaders: [] }

/**
 * Which partitions are delivered, under which epochs, and how far. A partition that is being revoked is held but not
 * delivered: its epoch is gone at once, so what still arrives of it is dropped, and read again by whoever has it next.
 *
 * Under one epoch every record is delivered once, though the client may go back: a partition that had been paused and
 * resumed soon after its assignment was once seen to start over, a while later. `Pauses` says how a pause can do that,
 * and keeps it from it; whether that was the reason is not known.
 */
export class Assignment {
  readonly #topics = new Map<string, TopicAssignment>()
  #lastTopic = ''
  #last = NOT_ASSIGNED

  /**
   * The epoch to deliver this record under; 0 if it is not to be. Called once a record.
   *
   * @throws KafkaError if the partition has lost records that were delivered, and has others under their offsets.
   */
  epochFor(message: ConsumedMessage): number {
    const { epochs, next, leaders } = this.#of(message.topic)
    const { partition, offset } = message
    if (offset >= next[partition] || !epochs[partition]) return epochs[partition] ?? 0
    if ((message.leaderEpoch ?? -1) > leaders[partition]) throw truncated(message, next[partition])
    return 0
  }

  epochOf(topic: string, partition: number): number {
    return this.#of(topic).epochs[partition] ?? 0
  }

  delivered({ topic, partition, offset, leaderEpoch = -1 }: ConsumedMessage): void {
    const { next, leaders } = this.#of(topic)
    next[partition] = offset + 1
    leaders[partition] = leaderEpoch
  }

  add(partitions: readonly AssignedPartition[]): void {
    for (const { topic, partition, epoch } of partitions) {
      const of = this.#topics.get(topic) ?? { epochs: [], next: [], leaders: [] }
      // Filled without holes: V8 keeps such arrays dense.
      for (let missing = of.epochs.length; missing <= partition; missing++) {
        for (const column of [of.epochs, of.next, of.leaders]) column.push(0)
      }
      of.epochs[partition] = epoch
      of.next[partition] = 0
      this.#topics.set(topic, of)
    }
    this.#lastTopic = ''
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const { epochs } = this.#topics.get(topic) ?? NOT_ASSIGNED
      if (partition < epochs.length) epochs[partition] = 0
    }
  }

  /** All partitions that are delivered. */
  list(): TopicPartition[] {
    return [...this.#topics].flatMap(([topic, { epochs }]) =>
      epochs.flatMap((epoch, partition) => (epoch === 0 ? [] : { topic, partition }))
    )
  }

  /** Consecutive records mostly have the same topic. */
  #of(topic: string): TopicAssignment {
    if (topic !== this.#lastTopic) {
      this.#last = this.#topics.get(topic) ?? NOT_ASSIGNED
      this.#lastTopic = topic
    }
    return this.#last
  }
}

/** After an unclean election: what is there now must be read from where `AUTO_OFFSET_RESET` says, as at a new start. */
function truncated({ topic, partition, offset }: ConsumedMessage, next: number): KafkaError {
  const what = `the brokers lost records of ${topic}/${partition} from offset ${offset} to ${next - 1} that had been read`
  return new KafkaError(ErrorCode.LOG_TRUNCATION, `${what}, and have others there now`)
}
