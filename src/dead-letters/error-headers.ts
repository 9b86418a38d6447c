import type { Header } from '../pipeline.ts'
import { SOURCE_HEADER } from '../slabs/source-header.ts'
import * as names from './headers.ts'
import { connectStyle } from './header-styles/connect.ts'
import { kafkaStyle } from './header-styles/kafka.ts'
import { springStyle } from './header-styles/spring.ts'
import type { ErrorBlock, ErrorFacts, HeaderStyle, WriteErrorHeaders, Writer } from './header-styles/style.ts'

export type HeaderStyleName = 'connect' | 'spring' | 'kafka'

const styles: Readonly<Record<HeaderStyleName, HeaderStyle>> = {
  connect: connectStyle,
  spring: springStyle,
  kafka: kafkaStyle
}
const byFirst = new Map(Object.values(styles).map(style => [style.first, style]))

/** What stands among the names of a style, or follows them, where it applies. */
const FURTHER: ReadonlySet<string> = new Set([
  names.REASON_HEADER,
  names.PIPELINE_HEADER,
  names.ORIGINAL_TIMESTAMP_HEADER,
  names.OMITTED_BYTES_HEADER,
  names.ENCRYPTION_HEADER,
  names.ENCRYPTION_KEY_HEADER,
  names.ENCRYPTION_CHECK_HEADER,
  names.ENCRYPTION_SEAL_HEADER,
  SOURCE_HEADER
])

/** Makes the function that writes the headers which say why a record is a dead letter. */
export function createErrorHeaders(style: HeaderStyleName, writer: Writer): WriteErrorHeaders {
  return styles[style].writer(writer)
}

export interface ErrorHeaders {
  readonly facts: ErrorFacts
  readonly block: ErrorBlock
  /** What was there before, and what another program has put behind. */
  readonly rest: readonly Header[]
}

/**
 * Takes the last block of error headers out, of whatever style: it begins with the last header that a style begins with,
 * and goes on as long as the names are those of a block, each once. Whatever stands before it is the record's own,
 * whatever it is called.
 */
export function readErrorHeaders(headers: readonly Header[]): ErrorHeaders | undefined {
  const start = headers.findLastIndex(({ name }) => byFirst.has(name))
  if (start < 0) return undefined
  const style = byFirst.get(headers[start].name)!
  const block = new Map<string, Buffer>()
  for (const { name, value } of headers.slice(start)) {
    if (!(name.startsWith(style.prefix) || FURTHER.has(name)) || block.has(name)) break
    block.set(name, Buffer.from(value))
  }
  return { facts: style.read(block), block, rest: headers.toSpliced(start, block.size) }
}
