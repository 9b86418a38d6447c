/** The entry of the thread that makes sample logins while the main thread hands them to the client. */
import { parentPort, workerData } from 'node:worker_threads'
import { createSamples, type SamplesMade } from './create-samples.ts'
import { fillBatch } from './fill-batch.ts'
import { PackedBatch } from './packed-batch.ts'

export interface SampleThreadData {
  readonly made: SamplesMade
  readonly memories: readonly SharedArrayBuffer[]
}

export interface FillTask {
  readonly batch: number
  readonly first: number
  readonly count: number
}

const { made, memories } = workerData as SampleThreadData
const samples = createSamples(made)
const batches = memories.map(memory => new PackedBatch(memory))

parentPort?.on('message', ({ batch, first, count }: FillTask) => {
  fillBatch(batches[batch], samples, first, count)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(batch)
})
