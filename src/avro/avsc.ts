import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export type Avsc = typeof import('avsc')
export type AvroType = import('avsc').Type
export type AvroRecordType = import('avsc').types.RecordType

/** Loaded when Avro is first used: it costs each thread 30 ms and 12 MB, which who uses JSON alone need not pay. */
export function avsc(): Avsc {
  return require('avsc') as Avsc
}
