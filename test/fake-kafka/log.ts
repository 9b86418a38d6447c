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

/** Somebody else's transaction on one partition, which readers wait for. */
export interface UpstreamTransaction {
  /** The first one opens it for readers. */
  append(record: NewRecord): number
  commit(): void
  abort(): void
}

type TransactionState = 'open' | 'committed' | 'aborted'

interface Writer {
  state: TransactionState
  first: number | undefined
}

const PLAIN: Writer = { state: 'committed', first: undefined }

/** One partition: records in order, with gaps where offsets were skipped. */
export class FakeLog {
  /** What readers of committed records can see: nothing of open and aborted transactions, nor behind an open one. */
  readonly records: FakeRecord[] = []
  /** Written, and not below the last stable offset yet. */
  #unstable: { readonly record: FakeRecord; readonly writer: Writer }[] = []
  readonly #open = new Set<Writer>()
  #end = 0

  /** The next offset, whatever is open. */
  get end(): number {
    return this.#end
  }

  /** Readers are given nothing from here on: where the oldest open transaction began. */
  get stableOffset(): number {
    const firsts = [...this.#open].flatMap(({ first }) => first ?? [])
    return Math.min(this.#end, ...firsts)
  }

  append(record: NewRecord): number {
    return this.#append(record, PLAIN)
  }

  openTransaction(): UpstreamTransaction {
    const writer: Writer = { state: 'open', first: undefined }
    this.#open.add(writer)
    return {
      append: record => {
        writer.first ??= this.#end
        return this.#append(record, writer)
      },
      commit: () => this.#conclude(writer, 'committed'),
      abort: () => this.#conclude(writer, 'aborted')
    }
  }

  /** Leaves a gap, as transaction markers and compaction do. */
  skip(offsets: number): void {
    this.#end += offsets
  }

  /** Index of the first record at `offset` or behind it. */
  indexOf(offset: number): number {
    let [low, high] = [0, this.records.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.records[middle].offset < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #append({ timestampMs = 0, key = null, value = null, headers = [] }: NewRecord, writer: Writer): number {
    this.#unstable.push({ record: { offset: this.#end, timestampMs, key, value, headers }, writer })
    this.#end++
    this.#showStable()
    return this.#end - 1
  }

  #conclude(writer: Writer, state: TransactionState): void {
    if (!this.#open.delete(writer)) throw new Error(`the transaction is ${writer.state} already`)
    writer.state = state
    // Its marker takes an offset.
    if (writer.first !== undefined) this.skip(1)
    this.#showStable()
  }

  #showStable(): void {
    const stable = this.stableOffset
    while (this.#unstable.length > 0 && this.#unstable[0].record.offset < stable) {
      const { record, writer } = this.#unstable.shift()!
      if (writer.state === 'committed') this.records.push(record)
    }
  }
}

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
