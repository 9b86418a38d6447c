import type { SlabShape } from '../slabs/layout.ts'

/** What crosses the thread boundary, besides the slabs themselves. */

/** Handed to each worker when it starts, replacements too. */
export interface WorkerSetup {
  readonly memories: readonly SharedArrayBuffer[]
  readonly shape: SlabShape
  /** Path of the pipeline's module; undefined for the shipped one. */
  readonly pipeline: string | undefined
  /** Every setting as text: settings hold functions, which can't be sent. */
  readonly settings: Readonly<Record<string, string>>
}

/** A task: run the records of a slab from `from` to before `until`, and append their rows to those that are there. */
export interface SlabTask {
  /** Index into the setup's memories; -1 for a large slab, which travels with its task. */
  readonly slab: number
  readonly from: number
  readonly until: number
  readonly large?: { readonly memory: SharedArrayBuffer; readonly shape: SlabShape }
}
