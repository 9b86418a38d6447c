import type { TopicPartition } from '../kafka/ports.ts'

/** Records that follow one another, of which the same is to be said. */
export interface FoundRange extends TopicPartition {
  readonly first: number
  readonly last: number
  readonly detail?: string
}

/** Records of which something is to be said: all are counted, the first stretches of them are kept. */
export class Findings {
  readonly #shown: number
  readonly #ranges: { topic: string; partition: number; first: number; last: number; detail?: string }[] = []
  #left = 0
  records = 0

  constructor(shown: number) {
    this.#shown = shown
  }

  add({ topic, partition }: TopicPartition, offset: number, detail?: string): void {
    this.records++
    const last = this.#ranges.at(-1)
    const continues =
      this.#left === 0 && last?.topic === topic && last.partition === partition && last.detail === detail
    if (continues && last.last === offset - 1) last.last = offset
    else if (this.#ranges.length < this.#shown) {
      this.#ranges.push({ topic, partition, first: offset, last: offset, ...(detail !== undefined && { detail }) })
    } else this.#left++
  }

  get ranges(): readonly FoundRange[] {
    return this.#ranges
  }

  /** How many records are in none of the ranges. */
  get left(): number {
    return this.#left
  }
}
