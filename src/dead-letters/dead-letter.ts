import { parsePosition, type RecordPosition, type StoredRecord } from '../kafka/stored-record.ts'
import type { Header } from '../pipeline.ts'
import { readEncryption, type Encryption } from './encryption/encryption.ts'
import { readErrorHeaders } from './error-headers.ts'
import { OMITTED_BYTES_HEADER, ORIGINAL_TIMESTAMP_HEADER } from './headers.ts'
import { textOf } from './header-styles/style.ts'

/** A dead letter, read back from its headers. */
export interface DeadLetter {
  /** As it lies in the dead-letter topic. */
  readonly record: StoredRecord
  /** Where the record was read that became this. */
  readonly source: RecordPosition
  /** One of `reasons`, unless a later version wrote it. */
  readonly reason: string
  /** `reason@byte`, all `field:reason` pairs, or the reason again. */
  readonly message: string
  readonly stage: string
  readonly group: string
  readonly pipeline: string
  /** The record's own headers: all but the last block of ours. */
  readonly ownHeaders: readonly Header[]
  /** Set if the value was left out: how long it was. */
  readonly omittedBytes: number | undefined
  /** Set if the brokers would have refused the record's own timestamp, milliseconds since 1970. */
  readonly originalTimestampMs: number | undefined
  /** Set if the value, or part of it, is encrypted. */
  readonly encryption: Encryption | undefined
}

/** Undefined if it is none of Millrace's: any record can be in a topic. */
export function readDeadLetter(record: StoredRecord): DeadLetter | undefined {
  const found = readErrorHeaders(record.headers)
  if (found === undefined) return undefined
  const { facts, block, rest } = found
  const { position, reason, message, stage, group, pipeline } = facts
  const source = parsePosition(position)
  if (source === undefined || reason === '' || pipeline === '') return undefined
  return {
    record,
    source,
    reason,
    message,
    stage,
    group,
    pipeline,
    ownHeaders: rest,
    omittedBytes: numberOf(textOf(block, OMITTED_BYTES_HEADER)),
    originalTimestampMs: numberOf(textOf(block, ORIGINAL_TIMESTAMP_HEADER)),
    encryption: readEncryption(block)
  }
}

function numberOf(text: string): number | undefined {
  return /^\d{1,16}$/.test(text) ? Number(text) : undefined
}
