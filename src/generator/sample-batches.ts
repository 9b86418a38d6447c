import { Worker } from 'node:worker_threads'
import { SAMPLE_HEADER, type SampleGenerator } from '../../pipelines/user-login/samples.ts'
import type { BulkProducer } from '../kafka/confluent/bulk-producer.ts'
import type { BatchSource, ReadyBatch } from './batch-source.ts'
import { createSamples, type SamplesMade } from './create-samples.ts'
import { BATCH_BYTES } from './fill-batch.ts'
import { BATCH_RECORDS, PackedBatch } from './packed-batch.ts'
import type { FillTask, SampleThreadData } from './sample-thread.ts'

/** One that is sent, one that is made, and two for the moments in which either thread waits. */
const BATCHES = 4

const THREAD_ENTRY = new URL(`./sample-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Sample logins, made ahead by a thread of their own. */
export class SampleBatches implements BatchSource {
  readonly #thread: Worker
  readonly #samples: SampleGenerator
  readonly #count: number
  readonly #numbered: boolean
  readonly #batches = Array.from({ length: BATCHES }, () => PackedBatch.allocate(BATCH_BYTES))
  /** What each batch was last asked to hold. */
  readonly #tasks: FillTask[] = []
  /** Filled, in the order of their samples: the thread does one task after the other. */
  readonly #filled: number[] = []
  #asked = 0
  #taken = 0
  #wake: (() => void) | undefined
  #failure: Error | undefined

  /** Samples from 0 to before `count`, which may be infinite. */
  constructor(made: SamplesMade, count: number) {
    this.#samples = createSamples(made)
    this.#count = count
    this.#numbered = made.settings.numbered ?? true
    const workerData: SampleThreadData = { made, memories: this.#batches.map(({ memory }) => memory) }
    this.#thread = new Worker(THREAD_ENTRY, { workerData })
    this.#thread.on('message', (batch: number) => {
      this.#filled.push(batch)
      this.#wake?.()
    })
    this.#thread.on('error', error => this.#fail(error as Error))
    this.#thread.on('exit', code => this.#fail(new Error(`the thread that makes samples ended with ${code}`)))
    for (let batch = 0; batch < BATCHES; batch++) this.#ask(batch)
  }

  async next(): Promise<ReadyBatch | undefined> {
    if (this.#taken >= this.#count) return undefined
    while (this.#filled.length === 0) {
      if (this.#failure !== undefined) throw this.#failure
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
    const batch = this.#filled.shift() as number
    const { first, count } = this.#tasks[batch]
    this.#taken += count
    return {
      count,
      send: (index, producer) => this.#send(this.#batches[batch], first + index, index, producer),
      release: () => this.#ask(batch)
    }
  }

  share(): number | undefined {
    return this.#count === Infinity ? undefined : this.#taken / this.#count
  }

  async close(): Promise<void> {
    await this.#thread.terminate()
  }

  #send(batch: PackedBatch, number: number, index: number, producer: BulkProducer): boolean {
    if (batch.isApart(index)) return producer.send(this.#samples.at(number))
    return batch.send(index, producer, this.#numbered ? [{ [SAMPLE_HEADER]: String(number) }] : undefined)
  }

  #ask(batch: number): void {
    const count = Math.min(BATCH_RECORDS, this.#count - this.#asked)
    if (count <= 0) return
    const task: FillTask = { batch, first: this.#asked, count }
    this.#asked += count
    this.#tasks[batch] = task
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage(task)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake?.()
  }
}
