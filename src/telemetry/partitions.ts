import type { RecordConsumer, TopicPartition } from '../kafka/ports.ts'
import type { Assignment, Assignments, AssignmentState } from '../offsets/assignment.ts'
import type { BatchState } from '../stages/batch.ts'

/** What is known of one assigned partition. */
export interface PartitionStatus extends TopicPartition {
  readonly state: AssignmentState
  readonly paused: boolean
  readonly epoch: number
  /** Every record below it has settled under this assignment; undefined until one has, or the end was seen. */
  readonly frontier: number | undefined
  /** As last confirmed by Kafka; undefined until one was. */
  readonly committed: number | undefined
  /** -1 if unknown; the same for the end. */
  readonly stableOffset: number
  readonly endOffset: number
  readonly inFlight: number
  /** Where the oldest batch in flight is; `parked` while a flood is held. */
  readonly oldest: BatchState | 'parked' | undefined
}

export interface PartitionSources {
  readonly assignments: Assignments
  readonly consumer: Pick<RecordConsumer, 'endOffset' | 'stableOffset'>
  isPaused(partition: TopicPartition): boolean
  oldestOf(assignment: Assignment): PartitionStatus['oldest']
}

export function partitionsOf({ assignments, consumer, isPaused, oldestOf }: PartitionSources): PartitionStatus[] {
  return [...assignments].map(assignment => {
    const { topic, partition, state, epoch, committed, ledger } = assignment
    return {
      topic,
      partition,
      state,
      paused: isPaused(assignment),
      epoch,
      frontier: ledger.frontier,
      committed,
      stableOffset: consumer.stableOffset(assignment),
      endOffset: consumer.endOffset(assignment),
      inFlight: ledger.inFlight,
      oldest: ledger.inFlight > 0 ? oldestOf(assignment) : undefined
    }
  })
}

/** Beyond so many, one more line says how many there are. */
const DESCRIBED_AT_MOST = 10

/** A sentence for each of the partitions of these names, `topic/partition`. */
export function describePartitions(all: readonly PartitionStatus[], names: readonly string[]): string[] {
  const byName = new Map(all.map(each => [`${each.topic}/${each.partition}`, each]))
  const described = names.slice(0, DESCRIBED_AT_MOST).map(name => describe(name, byName.get(name)))
  const more = names.length - described.length
  return more > 0 ? [...described, `and ${more} more`] : described
}

function describe(name: string, status: PartitionStatus | undefined): string {
  if (status === undefined) return `${name}: not assigned`
  const { frontier = 'unknown', stableOffset, endOffset, inFlight, oldest, epoch } = status
  const parts = [
    `frontier ${frontier}`,
    `stable offset ${known(stableOffset)}`,
    `end ${known(endOffset)}`,
    `${inFlight} in flight${oldest === undefined ? '' : `, the oldest batch ${oldest}`}`,
    `epoch ${epoch}`
  ]
  return `${name}: ${parts.join(', ')}`
}

function known(offset: number): number | 'unknown' {
  return offset < 0 ? 'unknown' : offset
}
