import type { SchemaText } from '../avro/record-type.ts'
import type { SchemaKey } from '../avro/wire-format.ts'
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
  readonly schemas?: TaskSchemas
}

/** What a worker has to know of the schema registry to run a task. */
export interface TaskSchemas {
  /** The schemas that the task's records were written with; workers keep what they have made of them. */
  readonly writers: readonly WriterSchema[]
  /** By output: the number of the schema that its rows are written with. Empty where rows are JSON. */
  readonly outputIds: readonly number[]
}

export interface WriterSchema {
  readonly key: SchemaKey
  /** Undefined if the registry says that there is none. */
  readonly schema: SchemaText | undefined
}
