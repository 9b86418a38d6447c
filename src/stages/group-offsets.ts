import type {
  CommitOffset,
  CommittedPosition,
  RecordConsumer,
  RecordTransactions,
  TopicPartition
} from '../kafka/ports.ts'
import type { Assignment } from '../offsets/assignment.ts'
import type { Caution } from '../offsets/caution.ts'
import { parseCommitMetadata } from '../offsets/commit-metadata.ts'
import { type Position, Positions, type SettledOffset } from '../offsets/positions.ts'
import { KILLED_WORKER } from '../pool/worker-death.ts'
import type { SummaryPlan } from '../summaries/plan.ts'
import { SummaryState } from '../summaries/summary-state.ts'
import type { Events } from '../telemetry/events.ts'
import { within } from '../within.ts'

/** How long anybody waits for an announcement; without it records run all the same. */
const ANNOUNCE_TIMEOUT_MS = 5000
/** The brokers allow less metadata than Kafka does by default: offset.metadata.max.bytes. */
const METADATA_TOO_LARGE = 12

export interface GroupOffsetsOptions {
  readonly consumer: Pick<RecordConsumer, 'committed' | 'commit'>
  readonly events: Events
  readonly maxInFlightRecords: number
  /** Undefined while no summaries are made. */
  readonly summaries?: SummaryPlan | undefined
  /** The partition can't be run: it is not known what its summary has counted. */
  failed?(error: Error): void
}

/**
 * The group's offsets, and the one place that changes them: everything that commits goes through here, one at a time, and
 * each offset gets the metadata of its partition (`Caution` says which).
 *
 * Metadata also changes while the offset stays, and then the same offset is committed again. Were that not one at a time
 * with all other commits, it could come after a newer offset and take it back.
 */
export class GroupOffsets {
  readonly #options: GroupOffsetsOptions
  readonly #positions = new Positions()
  #last: Promise<unknown> = Promise.resolve()
  #wanted: TopicPartition[] = []
  #announcing: Promise<boolean> | undefined
  /** The brokers do not take our metadata. */
  #plain = false

  constructor(options: GroupOffsetsOptions) {
    this.#options = options
  }

  /**
   * Reads where these were left and tells the group that they begin again. Never rejects: without an answer they are
   * processed like any other. `waiting`: whether a partition still waits for it.
   */
  async prepare(partitions: readonly TopicPartition[], waiting: (partition: TopicPartition) => boolean): Promise<void> {
    const { consumer, events, maxInFlightRecords } = this.#options
    try {
      const committed = (await consumer.committed(partitions)).filter(waiting)
      // Twice their share of what can be in flight, as partitions are not all equally busy.
      const maxRecords = Math.ceil((2 * maxInFlightRecords) / committed.length)
      const positions = committed.map(each => this.#positions.open(each, maxRecords, this.summaryAt(each)))
      const careful = positions.filter(({ caution }) => caution.watchful && !caution.unpinned)
      if (careful.length > 0) events.careful(careful)
    } catch (error) {
      return events.warned(`what the group has committed could not be read: ${(error as Error).message}; going on`)
    }
    await this.announce(partitions)
  }

  /** The partition is assigned. What is known of its records is applied to it. */
  opened(assignment: Assignment): void {
    const position = this.#positions.of(assignment)
    if (position === undefined) return this.#openedUnknown(assignment)
    const { convicted, newlyConvicted } = position.caution
    assignment.committed = position.offset
    assignment.committedSummary = position.summary
    assignment.ledger.summary = position.summary
    for (const offset of convicted) assignment.verdicts.set(offset, KILLED_WORKER)
    if (newlyConvicted === undefined) return
    const { topic, partition } = assignment
    this.#options.events.convictedByDeaths({ topic, partition, offset: newlyConvicted })
  }

  /** What the partition's next summary had counted when this was committed; undefined if no summaries are made. */
  summaryAt({ topic, partition, offset, metadata }: CommittedPosition): SummaryState | undefined {
    const { summaries, events } = this.#options
    const { summary } = parseCommitMetadata(metadata)
    if (offset < 0) return undefined
    const isKnown = summaries !== undefined && summary !== undefined
    const state = isKnown ? SummaryState.read(summaries, summary, offset) : undefined
    if (summary !== undefined && state === undefined) {
      events.summaryDropped({ topic, partition, offset }, summaries === undefined ? 'off' : 'foreign')
    }
    return state ?? (summaries && new SummaryState(summaries, offset))
  }

  /** What the group has committed, as far as that can be known. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedPosition[]> {
    return this.#options.consumer.committed(partitions)
  }

  /** The offset that Kafka has confirmed to this process last; undefined if none. */
  confirmed(partition: TopicPartition): number | undefined {
    return this.#positions.confirmed(partition)
  }

  /** Undefined for a partition of which nothing is known. */
  cautionOf(partition: TopicPartition): Caution | undefined {
    return this.#positions.of(partition)?.caution
  }

  /** Whether any partition is watched at present. */
  get watchful(): boolean {
    return this.#positions.watchful
  }

  /** Nothing is committed yet, and this is the first record that there is: then everything before it is done. */
  pin(partition: TopicPartition, offset: number): void {
    const position = this.#positions.of(partition)
    if (position === undefined) return
    position.offset ??= offset
    position.caution.pin(position.offset)
  }

  /** Rejects with what the client rejects with. */
  commit(offsets: readonly SettledOffset[]): Promise<void> {
    return this.#alone(() => this.#send(offsets))
  }

  /** The same for offsets that go into transactions. */
  within(transactions: RecordTransactions): RecordTransactions {
    return {
      begin: alone => transactions.begin(alone),
      abort: () => transactions.abort(),
      commit: offsets => this.#alone(() => this.#described(offsets, described => transactions.commit(described)))
    }
  }

  /**
   * Has the group know the metadata of these as it is now, where it does not; their offsets stay. Answers whether it
   * does by now, for which it waits five seconds. What is asked for while one commit is under way goes with the next.
   */
  async announce(partitions: readonly TopicPartition[]): Promise<boolean> {
    this.#wanted.push(...partitions)
    this.#announcing ??= this.#alone(() => this.#announce())
    return (await within(ANNOUNCE_TIMEOUT_MS, this.#announcing)) ?? false
  }

  /** These have drained and are about to be given back. */
  async leave(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.cautionOf(partition)?.leave()
    await this.announce(partitions)
  }

  /** These are not ours any more. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#positions.forget(partition)
  }

  async #announce(): Promise<boolean> {
    this.#announcing = undefined
    const positions = new Set(this.#wanted.splice(0).flatMap(partition => this.#positions.of(partition) ?? []))
    const offsets = [...positions].flatMap(position => this.#newsOf(position))
    try {
      await this.#send(offsets)
    } catch (error) {
      this.#options.events.commitFailed(offsets.length, error as Error)
      return false
    }
    return true
  }

  #newsOf({ topic, partition, offset, metadata, caution, summary }: Position): SettledOffset[] {
    if (offset === undefined || this.#textAt(offset, caution, summary) === metadata) return []
    return [{ topic, partition, offset, summary }]
  }

  async #send(offsets: readonly SettledOffset[]): Promise<void> {
    if (offsets.length === 0) return
    const { consumer } = this.#options
    const plain = this.#plain
    try {
      await this.#described(offsets, described => consumer.commit(described))
    } catch (error) {
      if (plain || !this.#plain) throw error
      await this.#send(offsets)
    }
  }

  /** Commits them with the metadata of this moment, and notes what the group has now. */
  async #described(
    offsets: readonly SettledOffset[],
    commit: (described: readonly CommitOffset[]) => Promise<void>
  ): Promise<void> {
    const described = offsets.map(offset => this.#withText(offset))
    try {
      await commit(described)
    } catch (error) {
      if ((error as { code?: unknown }).code === METADATA_TOO_LARGE) this.#refused()
      for (const offset of offsets) this.#positions.failed(offset)
      throw error
    }
    for (const [index, { summary }] of offsets.entries()) this.#positions.committed({ ...described[index], summary })
  }

  #refused(): void {
    if (this.#plain) return
    this.#plain = true
    const unrecognised = 'records that end the process go unrecognised'
    const consequence =
      this.#options.summaries === undefined
        ? unrecognised
        : `${unrecognised}, and what a summary has counted is lost with the process (offset.metadata.max.bytes)`
    this.#options.events.warned(`the brokers refuse metadata of offsets: ${consequence}`)
  }

  #openedUnknown({ topic, partition }: Assignment): void {
    if (this.#options.summaries === undefined) return
    this.#options.failed?.(
      new Error(
        `what the group has committed for ${topic}/${partition} could not be read, and its summary goes on from there`
      )
    )
  }

  #withText({ topic, partition, offset, summary }: SettledOffset): CommitOffset {
    const caution = this.cautionOf({ topic, partition })
    const metadata = caution === undefined ? '' : this.#textAt(offset, caution, summary)
    return metadata === '' ? { topic, partition, offset } : { topic, partition, offset, metadata }
  }

  #textAt(offset: number, caution: Caution, summary: SummaryState | undefined): string {
    return this.#plain ? '' : (caution.metadataAt(offset, summary?.fields(offset)) ?? '')
  }

  #alone<Answer>(action: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(action)
    this.#last = answer.catch(() => undefined)
    return answer
  }
}
