import type { Header } from '../pipeline.ts'
import type { TopicPartition } from './ports.ts'

/** Where a record stands. */
export interface RecordPosition extends TopicPartition {
  readonly offset: number
}

/** A record as a topic holds it. */
export interface StoredRecord extends RecordPosition {
  /** Milliseconds since 1970; -1 where the broker has none. */
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** `topic/partition/offset`, which topics' names can't be mistaken in: they hold no slash. */
export function positionText({ topic, partition, offset }: RecordPosition): string {
  return `${topic}/${partition}/${offset}`
}

const POSITION = /^(?:([a-zA-Z0-9._-]{1,249})\/)?(\d{1,10})\/(\d{1,16})$/

/** Reads what `positionText` writes; where no topic is named it is `topic`. Undefined where the text is no position. */
export function parsePosition(text: string, topic = ''): RecordPosition | undefined {
  const [, named = topic, partition, offset] = POSITION.exec(text) ?? []
  const position = { topic: named, partition: Number(partition), offset: Number(offset) }
  return named !== '' && Number.isSafeInteger(position.offset) ? position : undefined
}
