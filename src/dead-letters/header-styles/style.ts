import type { Header } from '../../pipeline.ts'
import type { Reason } from '../../slabs/outcomes.ts'

/** Who writes the dead letters: the same in all of them. */
export interface Writer {
  readonly groupId: string
  readonly clientId: string
  readonly pipeline: string
}

/** Where the record was read. */
export interface DeadLetterSource {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** -1 where the broker has none. */
  readonly timestampMs: number
}

/** Writes the headers of one dead letter; its message holds `reason@byte`, all `field:reason` pairs, or the reason. */
export type WriteErrorHeaders = (source: DeadLetterSource, reason: Reason, message: string) => Header[]

/** What a block of error headers says; what it does not say is empty. */
export interface ErrorFacts {
  /** `topic/partition/offset`. */
  readonly position: string
  readonly reason: string
  readonly message: string
  readonly stage: string
  readonly group: string
  readonly pipeline: string
}

/** The headers of a block by name, each once. */
export type ErrorBlock = ReadonlyMap<string, Buffer>

/**
 * A way to say why a record is a dead letter. The headers are appended after the record's own, even where these have
 * equal names: a dead letter that was read again has both, and the last ones count.
 */
export interface HeaderStyle {
  /** What all the names begin with that are the style's own. */
  readonly prefix: string
  /** The name that a block begins with. */
  readonly first: string
  /** What is the same in all dead letters is encoded once. */
  writer(names: Writer): WriteErrorHeaders
  read(block: ErrorBlock): ErrorFacts
}

export function textOf(block: ErrorBlock, name: string): string {
  return block.get(name)?.toString() ?? ''
}

/** `millrace.` is put before what other programs also write there, so that a reader can tell ours. */
export function named(name: string): string {
  return `millrace.${name}`
}

/** Empty if it is none of ours. */
export function unnamed(text: string): string {
  return /^millrace\.(.+)$/s.exec(text)?.[1] ?? ''
}

/** Connect's own names for the two stages that a record can fail in. */
export function stageOf(reason: string): 'VALUE_CONVERTER' | 'TRANSFORMATION' {
  switch (reason as Reason) {
    case 'rejected':
    case 'transform-threw':
    case 'output-too-large':
    case 'killed-worker':
    case 'null-key':
      return 'TRANSFORMATION'
    default:
      return 'VALUE_CONVERTER'
  }
}
