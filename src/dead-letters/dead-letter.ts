import { parsePosition, type RecordPosition, type StoredRecord } from '../kafka/stored-record.ts'
import type { Header } from '../pipeline.ts'
import { SOURCE_HEADER } from '../slabs/source-header.ts'
import { OMITTED_BYTES_HEADER, ORIGINAL_TIMESTAMP_HEADER, PREFIX } from './headers.ts'

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
}

const FIRST = `${PREFIX}topic`
const OURS = /^millrace\.(.+)$/s
/** What follows Connect's names where it applies. */
const FURTHER: ReadonlySet<string> = new Set([ORIGINAL_TIMESTAMP_HEADER, OMITTED_BYTES_HEADER, SOURCE_HEADER])

/** Undefined if it is none of Millrace's: any record can be in a topic. */
export function readDeadLetter(record: StoredRecord): DeadLetter | undefined {
  const { block, rest } = splitHeaders(record.headers)
  const of = (name: string) => block.get(`${PREFIX}${name}`) ?? ''
  const position = `${of('topic')}/${of('partition')}/${of('offset')}`
  const source = parsePosition(position)
  const reason = OURS.exec(of('exception.class.name'))?.[1]
  const pipeline = OURS.exec(of('class.name'))?.[1]
  if (source === undefined || reason === undefined || pipeline === undefined) return undefined
  return {
    record,
    source,
    reason,
    message: of('exception.message'),
    stage: of('stage'),
    group: of('connector.name'),
    pipeline,
    ownHeaders: rest,
    omittedBytes: numberOf(block.get(OMITTED_BYTES_HEADER)),
    originalTimestampMs: numberOf(block.get(ORIGINAL_TIMESTAMP_HEADER))
  }
}

/**
 * Takes the last block of error headers out: it begins with the last header that names a topic, and goes on as long as
 * the names are those of a block, each once. Whatever stands before it is the record's own, whatever it is called.
 */
function splitHeaders(headers: readonly Header[]) {
  const block = new Map<string, string>()
  const start = headers.findLastIndex(({ name }) => name === FIRST)
  if (start < 0) return { block, rest: headers }
  for (const { name, value } of headers.slice(start)) {
    if (!isOfBlock(name) || block.has(name)) break
    block.set(name, Buffer.from(value).toString())
  }
  return { block, rest: headers.toSpliced(start, block.size) }
}

function isOfBlock(name: string): boolean {
  return name.startsWith(PREFIX) || FURTHER.has(name)
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
}
