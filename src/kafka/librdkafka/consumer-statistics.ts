import type { TopicPartition } from '../ports.ts'

interface Statistics {
  readonly topics: Readonly<Record<string, { readonly partitions: Readonly<Record<string, PartitionStatistics>> }>>
}

interface PartitionStatistics {
  /** The last stable offset of the latest fetch response; below 0 where there has been none. */
  readonly ls_offset: number
}

/**
 * What the client says of itself every few seconds. It is read only when somebody asks: a thousand partitions are 1.5 MB
 * of JSON.
 */
export class ConsumerStatistics {
  #text: string | undefined
  #read: Statistics | undefined

  readonly onStatistics = ({ message }: { readonly message: string }): void => {
    this.#text = message
    this.#read = undefined
  }

  /** -1 if unknown. */
  stableOffset({ topic, partition }: TopicPartition): number {
    return Math.max(this.#latest()?.topics[topic]?.partitions[partition]?.ls_offset ?? -1, -1)
  }

  /** The client could not even connect. */
  unreachable(): void {
    this.#text = '{"topics":{}}'
    this.#read = undefined
  }

  /**
   * Before the first statistics nothing is known, and the client has just connected. They begin with the brokers, and nothing
   * else of them has this state, so they needn't be read for it.
   */
  get reachable(): boolean {
    return this.#text === undefined || /"state": ?"UP"/.test(this.#text)
  }

  #latest(): Statistics | undefined {
    if (this.#read === undefined && this.#text !== undefined) this.#read = JSON.parse(this.#text) as Statistics
    return this.#read
  }
}
