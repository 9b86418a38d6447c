import { positionText, type RecordPosition } from '../kafka/stored-record.ts'
import type { DeadLetter } from './dead-letter.ts'
import { historyOf } from './redriven.ts'

/** What a list says of one dead letter: nothing that was in the record. */
export interface ListedDeadLetter {
  readonly position: RecordPosition
  readonly timestampMs: number
  readonly source: RecordPosition
  readonly message: string
}

const HOUR_MS = 3_600_000

/** Counts dead letters, and keeps the last ones by the time of their records. */
export class DeadLetterTally {
  total = 0
  readonly byReason = new Map<string, number>()
  /** Where they were read: `topic/partition`. */
  readonly bySource = new Map<string, number>()
  readonly byGroup = new Map<string, number>()
  /** By the hour's first millisecond. */
  readonly byHour = new Map<number, number>()
  /** How often they had been redriven. */
  readonly byAttempts = new Map<number, number>()
  readonly #keep: number
  #last: ListedDeadLetter[] = []

  constructor(keep: number) {
    this.#keep = keep
  }

  add(deadLetter: DeadLetter): void {
    const { record, source, reason, message, group, ownHeaders } = deadLetter
    const { topic, partition, offset, timestampMs } = record
    this.total++
    raise(this.byReason, reason)
    raise(this.bySource, `${source.topic}/${source.partition}`)
    raise(this.byGroup, group)
    raise(this.byHour, Math.floor(timestampMs / HOUR_MS) * HOUR_MS)
    raise(this.byAttempts, historyOf(ownHeaders, source, group).attempt)
    this.#last.push({ position: { topic, partition, offset }, timestampMs, source, message })
    if (this.#last.length > 2 * this.#keep) this.#last = this.last()
  }

  /** Oldest first. */
  last(): ListedDeadLetter[] {
    const inOrder = this.#last.toSorted((a, b) => a.timestampMs - b.timestampMs || inOrderOfPlace(a, b))
    return inOrder.slice(Math.max(0, inOrder.length - this.#keep))
  }
}

function raise<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function inOrderOfPlace(a: ListedDeadLetter, b: ListedDeadLetter): number {
  if (a.position.partition === b.position.partition) return a.position.offset - b.position.offset
  return positionText(a.position) < positionText(b.position) ? -1 : 1
}
