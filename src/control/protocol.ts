import type { TopicPartition } from '../kafka/ports.ts'
import type { Resumed } from '../oversight.ts'
import type { PartitionStatus } from '../telemetry/partitions.ts'
import type { Snapshot } from '../telemetry/snapshot.ts'

/** What passes over the control socket: one line of JSON each way, then the connection ends. */

/** Partitions are written as people write them: `topic/0-3,5`. */
export type ControlRequest =
  | { readonly request: 'status' }
  | { readonly request: 'pause'; readonly partitions: readonly string[] }
  | { readonly request: 'resume'; readonly partitions?: readonly string[] }

export type ControlAnswer<Result = unknown> =
  { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: string }

/** The answer to `status`. Nothing of a record is in it. */
export interface ProcessStatus {
  readonly pid: number
  readonly pipeline: string
  readonly group: string
  readonly upMs: number
  readonly snapshot: Snapshot
  readonly partitions: readonly PartitionStatus[]
}

/** The answer to `pause`: all that are paused now. */
export interface Paused {
  readonly partitions: readonly TopicPartition[]
}

/** The answer to `resume`. */
export type { Resumed }

/** A request is a line of at most so many bytes: names of a few thousand partitions. */
export const REQUEST_BYTES = 65_536
