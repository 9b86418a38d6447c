import type { CommitOffset, CommittedPosition, TopicPartition } from '../kafka/ports.ts'
import { Caution } from './caution.ts'
import { parseCommitMetadata } from './commit-metadata.ts'
import type { SummaryState } from '../summaries/summary-state.ts'

/** An offset to be committed, and what the partition's next summary has counted by then. */
export interface SettledOffset extends CommitOffset {
  readonly summary?: SummaryState | undefined
}

/** What the group has committed for a partition of ours, as far as we know. */
export interface Position extends TopicPartition {
  /** Undefined where nothing is committed, or it is not known what. */
  offset: number | undefined
  /** The text beside it; null where a commit has failed, so that it is not known. */
  metadata: string | null
  /** What the next summary has counted up to the offset. */
  summary: SummaryState | undefined
  readonly caution: Caution
}

/** The positions of all partitions that are ours, or about to be. */
export class Positions {
  readonly #byName = new Map<string, Position>()
  /** The offsets that Kafka confirmed last, whoever has the partitions by now. */
  readonly #confirmed = new Map<string, number>()
  /** Those that may be watchful still. */
  readonly #watched = new Set<Caution>()

  /** `maxRecords`: how many records of it a process may have had in flight when it died. */
  open(
    { topic, partition, offset, metadata }: CommittedPosition,
    maxRecords: number,
    summary: SummaryState | undefined
  ): Position {
    const caution = new Caution(offset, parseCommitMetadata(metadata), maxRecords)
    const position = { topic, partition, offset: offset < 0 ? undefined : offset, metadata, summary, caution }
    this.#byName.set(nameOf(position), position)
    this.#watched.add(caution)
    return position
  }

  of(partition: TopicPartition): Position | undefined {
    return this.#byName.get(nameOf(partition))
  }

  forget(partition: TopicPartition): void {
    const position = this.of(partition)
    if (position === undefined) return
    this.#watched.delete(position.caution)
    this.#byName.delete(nameOf(partition))
  }

  /** Whether any partition is watched at present; asked for every task. */
  get watchful(): boolean {
    for (const caution of this.#watched) {
      if (caution.watchful) return true
      this.#watched.delete(caution)
    }
    return false
  }

  /** The offset that Kafka has confirmed to this process last; undefined if none. */
  confirmed(partition: TopicPartition): number | undefined {
    return this.#confirmed.get(nameOf(partition))
  }

  committed(offset: SettledOffset): void {
    this.#confirmed.set(nameOf(offset), offset.offset)
    const position = this.of(offset)
    if (position === undefined) return
    position.offset = offset.offset
    position.metadata = offset.metadata ?? ''
    position.summary = offset.summary
    position.caution.settled(offset.offset)
  }

  /** Its answer may be all that was lost. Where the group may be further on, the old offset must not be repeated. */
  failed(offset: SettledOffset): void {
    const position = this.of(offset)
    if (position === undefined) return
    position.metadata = null
    if (position.offset !== offset.offset || position.summary !== offset.summary) position.offset = undefined
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
