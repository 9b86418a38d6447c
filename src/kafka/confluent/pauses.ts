import type { TopicPartition } from '../ports.ts'
import type { ConsumerClient } from './client.ts'
import { nameOf, plain } from '../librdkafka/partition-name.ts'

/**
 * Which partitions the client is to fetch nothing of: those that are paused, and while it is held all of them. What is
 * wanted is kept here, and told to the client by `apply`; in the client a pause outlives the assignment that it was made
 * under, and would surprise the next one.
 *
 * The client is told only while no `consume` is under way:
 * 1. A `consume` takes record 7 out of the client's queue.
 * 2. A pause: the client remembers that it has handed out up to 6, and where to read on: at 7.
 * 3. The `consume` notes that 7 has been handed out, and answers with it.
 * 4. Resumed, the client delivers 7 again; and everything, where 7 was the first record after the assignment.
 */
export class Pauses {
  readonly #paused = new Map<string, TopicPartition>()
  readonly #told = new Map<string, TopicPartition>()
  #held = false
  #changed = false

  /** Those that were paused one by one. */
  get partitions(): readonly TopicPartition[] {
    return [...this.#paused.values()]
  }

  hold(held: boolean): void {
    this.#held = held
    this.#changed = true
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.set(nameOf(partition), plain(partition))
    this.#changed = true
  }

  /** Also for those whose assignment has ended, or begins. */
  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.delete(nameOf(partition))
    this.#changed = true
  }

  /** Tells the client what has changed. `assigned`: all partitions that it has now. */
  apply(client: ConsumerClient, assigned: () => readonly TopicPartition[]): void {
    if (!this.#changed) return
    this.#changed = false
    const wanted = new Map(assigned().map(partition => [nameOf(partition), plain(partition)]))
    if (!this.#held) for (const name of wanted.keys()) if (!this.#paused.has(name)) wanted.delete(name)
    const over = [...this.#told].filter(([name]) => !wanted.has(name))
    const begun = [...wanted].filter(([name]) => !this.#told.has(name))
    if (over.length > 0) client.resume(over.map(([, partition]) => partition))
    if (begun.length > 0) client.pause(begun.map(([, partition]) => partition))
    for (const [name] of over) this.#told.delete(name)
    for (const [name, partition] of begun) this.#told.set(name, partition)
  }
}
