import type { AssignedPartition, ConsumerEvent, TopicPartition } from '../ports.ts'
import type { KafkaError } from '../kafka-error.ts'
import type { Epochs } from './epochs.ts'
import { nameOf } from './partition-name.ts'

/** Where a partition is to be read from, and under which epoch from then on. */
export type Position = AssignedPartition & { readonly offset: number }

interface WaitingPosition extends Position {
  /** When its failure is to be told. */
  tellAtMs: number
}

/** Between attempts. A partition that has only just been assigned can't be sought before its committed offset is known. */
const RETRY_MS = 50
const TELL_AFTER_MS = 1_000
const TELL_AGAIN_MS = 10_000

/**
 * Takes partitions back to an earlier offset. The client does so in a thread of its own and says when; meanwhile its
 * queue may hold records of the old position and of the new one, and which is which can't be seen from them.
 *
 * Why each is delivered under the right epoch, or not at all:
 * 1. Partition 0 was delivered up to 900 under epoch 4. `rewind` says: from 100 on, under epoch 8. Epoch 4 is gone at
 *    once, and with it what was pending.
 * 2. A `consume` that waits for the answer to a commit may be under way, with record 901 in hand. The client notes how far
 *    it has handed out only afterwards; noted behind the seek, a later pause and resume would lead back to 902, and 100 to
 *    901 would be lost. So the next poll waits for that `consume` before it seeks.
 * 3. While a seek is under way no `consume` begins. The client discards all it had fetched, before it answers.
 * 4. All seeks have been answered: 901 is dropped, epoch 8 begins, and the first record under it is 100.
 *
 * Several partitions seek side by side, and each begins its epoch when its own seek has succeeded. One whose seek fails
 * delivers nothing until a later attempt succeeds: `RETRY_MS` apart, and told as an error every ten seconds. A pause, or
 * `hold`, is no obstacle: the client seeks all the same, and reads on from there when it is resumed.
 */
export class Rewinds {
  readonly #assignment: Epochs
  readonly #events: ConsumerEvent[]
  readonly #dropPending: (partitions: readonly TopicPartition[]) => void
  readonly #waiting = new Map<string, WaitingPosition>()
  #nextAttemptMs = 0

  constructor(
    assignment: Epochs,
    events: ConsumerEvent[],
    dropPending: (partitions: readonly TopicPartition[]) => void
  ) {
    this.#assignment = assignment
    this.#events = events
    this.#dropPending = dropPending
  }

  /** Those that are assigned, and deliver nothing yet. */
  get partitions(): readonly TopicPartition[] {
    return [...this.#waiting.values()]
  }

  /** One that the group has asked back meanwhile is left alone: it is not to be delivered any more. */
  add(positions: readonly Position[]): void {
    const ours = positions.filter(
      ({ topic, partition }) =>
        this.#assignment.epochOf(topic, partition) !== 0 || this.#waiting.has(nameOf({ topic, partition }))
    )
    this.#assignment.remove(ours)
    this.#dropPending(ours)
    this.#nextAttemptMs = 0
    const tellAtMs = performance.now() + TELL_AFTER_MS
    for (const position of ours) this.#waiting.set(nameOf(position), { ...position, tellAtMs })
  }

  cancel(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#waiting.delete(nameOf(partition))
  }

  /** To be called while no `consume` is under way, and none may begin before it has resolved. */
  async run(seek: (position: Position) => Promise<KafkaError | undefined>): Promise<void> {
    if (this.#waiting.size === 0 || performance.now() < this.#nextAttemptMs) return
    const attempts = [...this.#waiting.values()].map(async position => ({ position, error: await seek(position) }))
    const reached: Position[] = []
    for (const { position, error } of await Promise.all(attempts)) {
      // Asked back while the client was seeking.
      if (this.#waiting.get(nameOf(position)) !== position) continue
      if (error === undefined) reached.push(position)
      else this.#failed(position, error)
    }
    this.cancel(reached)
    this.#dropPending(reached)
    this.#assignment.add(reached)
    this.#nextAttemptMs = performance.now() + RETRY_MS
  }

  #failed(position: WaitingPosition, { code, message }: KafkaError): void {
    const nowMs = performance.now()
    if (nowMs < position.tellAtMs) return
    position.tellAtMs = nowMs + TELL_AGAIN_MS
    const what = `${nameOf(position)} can't go back to offset ${position.offset}, and is tried again: ${message}`
    this.#events.push({ type: 'error', code, message: what, fatal: false })
  }
}
