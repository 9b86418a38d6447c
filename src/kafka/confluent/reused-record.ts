import type { Header } from '../../pipeline.ts'
import type { IncomingRecord } from '../../slabs/writer.ts'
import type { ConsumedMessage } from './client.ts'

const NO_HEADERS: readonly Header[] = []

/** A message in the form that a slab's writer takes: one object for all, as the writer keeps nothing of it. */
export class ReusedRecord implements IncomingRecord {
  topic = ''
  partition = 0
  offset = 0
  timestampMs = 0
  key: Uint8Array | null = null
  value: Uint8Array | null = null
  headers = NO_HEADERS

  of(message: ConsumedMessage): this {
    this.topic = message.topic
    this.partition = message.partition
    this.offset = message.offset
    this.timestampMs = message.timestamp
    this.key = message.key
    this.value = message.value
    this.headers = message.headers === undefined ? NO_HEADERS : message.headers.map(toHeader)
    return this
  }
}

/** The addon sets the name as a property, which for the name `__proto__` sets the prototype instead. */
function toHeader(header: Readonly<Record<string, Buffer>>): Header {
  const [name] = Object.keys(header)
  if (name === undefined) return { name: '__proto__', value: Object.getPrototypeOf(header) as Buffer }
  return { name, value: header[name] }
}
