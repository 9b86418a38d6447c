import type { Header } from '../../src/pipeline.ts'
import type { TopicPartition } from '../../src/kafka/ports.ts'

export interface FakeRecord {
  readonly offset: number
  readonly timestampMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
}

export type NewRecord = Partial<Omit<FakeRecord, 'offset'>>

/** One partition: records in order, with gaps where offsets were skipped. */
export class FakeLog {
  readonly records: FakeRecord[] = []
  #end = 0

  /** The next offset. */
  get end(): number {
    return this.#end
  }

  append({ timestampMs = 0, key = null, value = null, headers = [] }: NewRecord): number {
    this.records.push({ offset: this.#end, timestampMs, key, value, headers })
    return this.#end++
  }

  /** Leaves a gap, as transaction markers and compaction do. */
  skip(offsets: number): void {
    this.#end += offsets
  }

  /** Index of the first record at `offset` or behind it. */
  indexOf(offset: number): number {
    const index = this.records.findIndex(record => record.offset >= offset)
    return index < 0 ? this.records.length : index
  }
}

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
