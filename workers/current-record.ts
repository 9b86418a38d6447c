import type { Header, RecordInfo } from '../src/pipeline.ts'
import { readHeaders } from '../src/slabs/headers.ts'
import { KEY_IS_NULL } from '../src/slabs/layout.ts'
import type { Slab } from '../src/slabs/slab.ts'

/**
 * The record that the loop is at, as a transform sees it. One object for all records: it reads the slab only when a
 * transform asks, so that what nobody looks at costs nothing.
 */
export class CurrentRecord implements RecordInfo {
  #slab!: Slab
  #batch = 0
  #record = 0
  #topic: string | undefined
  #place: string | undefined

  enterBatch(slab: Slab, batch: number): void {
    this.#slab = slab
    this.#batch = batch
    this.#topic = undefined
    this.#place = undefined
  }

  enter(record: number): void {
    this.#record = record
  }

  get topic(): string {
    return (this.#topic ??= this.#slab.topicOf(this.#batch))
  }

  get partition(): number {
    return this.#slab.batchPartition[this.#batch]
  }

  get offset(): number {
    return this.#slab.offsetOf(this.#record)
  }

  /** `topic/partition/offset`, as the header that rows carry with `PROVENANCE_HEADERS=on` begins. */
  get source(): string {
    this.#place ??= `${this.topic}/${this.partition}/`
    return this.#place + this.offset
  }

  get timestampMs(): number {
    return this.#slab.timestampOf(this.#record)
  }

  get key(): Uint8Array | null {
    const { flags, bytes, keyStart, keyEnd } = this.#slab
    const record = this.#record
    return flags[record] & KEY_IS_NULL ? null : bytes.subarray(keyStart[record], keyEnd[record])
  }

  /** Whether one of its headers may have this name; cheap, as it does not read them. */
  hasHeader(name: string): boolean {
    const { bytes, valueEnd, headersEnd } = this.#slab
    const [start, end] = [valueEnd[this.#record], headersEnd[this.#record]]
    return start < end && bytes.subarray(start, end).includes(name)
  }

  get headers(): readonly Header[] {
    const { bytes, valueEnd, headersEnd } = this.#slab
    return readHeaders(bytes, valueEnd[this.#record], headersEnd[this.#record])
  }
}
