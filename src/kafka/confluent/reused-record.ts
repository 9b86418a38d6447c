import type { IncomingRecord } from '../../slabs/writer.ts'
import type { ConsumedMessage } from './client.ts'
import { fromNative } from './headers.ts'

/** A message in the form that a slab's writer takes: one object for all, as the writer keeps nothing of it. */
export class ReusedRecord implements IncomingRecord {
  topic = ''
  partition = 0
  offset = 0
  timestampMs = 0
  key: Uint8Array | null = null
  value: Uint8Array | null = null
  headers = fromNative(undefined)

  of(message: ConsumedMessage): this {
    this.topic = message.topic
    this.partition = message.partition
    this.offset = message.offset
    this.timestampMs = message.timestamp
    this.key = message.key
    this.value = message.value
    this.headers = fromNative(message.headers)
    return this
  }
}
