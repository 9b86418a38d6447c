import type { Header } from '../../src/pipeline.ts'

/** Where a record stood in the input. */
export interface SourcePosition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** An output row as it was consumed, and where the input record stood that it came from. */
export interface ConsumedRow {
  readonly topic: string
  readonly partition: number
  readonly source: SourcePosition
}

const SOURCE_HEADER = 'test.source'

/** The header to send a record with, so that all that comes of it can be traced back: headers pass through. */
export function sourceHeader({ topic, partition, offset }: SourcePosition): Header {
  return { name: SOURCE_HEADER, value: Buffer.from(JSON.stringify([topic, partition, offset])) }
}

export function sourceOf(headers: readonly Header[]): SourcePosition {
  const header = headers.find(({ name }) => name === SOURCE_HEADER)
  if (header === undefined) throw new Error('a row without the header that names its source')
  const [topic, partition, offset] = JSON.parse(String(header.value)) as [string, number, number]
  return { topic, partition, offset }
}

export function nameOf({ topic, partition, offset }: SourcePosition): string {
  return `${topic}/${partition}@${offset}`
}
