import type { TaskSchemas } from '../../src/pool/protocol.ts'
import type { Reason } from '../../src/slabs/outcomes.ts'
import type { RowWriter } from '../../src/slabs/rows.ts'
import type { Slab } from '../../src/slabs/slab.ts'

/** Why a value could not be read. The message says where or which field, and never quotes the record. */
export interface DecodeFailure {
  readonly reason: Reason
  readonly message: string
}

/** How records are written in the input, as `INPUT_CODEC` says. */
export interface InputCodec {
  /** The record's value, or `undefined`: then `failure` says why, until the next call. */
  decode(slab: Slab, record: number): Record<string, unknown> | undefined
  readonly failure: DecodeFailure
  /** Called before each task that has some. */
  learn(schemas: TaskSchemas): void
}

/** How rows of one output are written, as `OUTPUT_CODEC` says. */
export interface OutputCodec {
  /** Sets the value of the row that was opened last. Throws where `value` is not what the output's schema says. */
  write(rows: RowWriter, value: object, input: Readonly<Record<string, unknown>>): void
  learn(schemas: TaskSchemas): void
}
